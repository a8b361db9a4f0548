using Baton.Control;
using Baton.Interop;
using Baton.Tests.Support;

namespace Baton.Tests.Control;

/// <summary>S3: the directory of the control socket, and what others may have put in its place.</summary>
public sealed class ControlDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Folder => _directory.File("control");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("/given", "/run/app", "/run/user/7", "/var/tmp", "/given")]
    [InlineData(null, "/run/app", "/run/user/7", "/var/tmp", "/run/app/baton")]
    [InlineData(null, "/run/app:/run/other", "/run/user/7", "/var/tmp", "/run/app/baton")]
    [InlineData(null, null, "/run/user/7", "/var/tmp", "/run/user/7/baton")]
    [InlineData(null, "", "", "/var/tmp", "/var/tmp/baton-7")]
    [InlineData(null, "relative", "", "relative", "/tmp/baton-7")]
    [InlineData(null, null, null, null, "/tmp/baton-7")]
    public void Choose_TheFirstThatIsSet_Wins(string? option, string? runtime, string? user, string? temporary, string expected)
    {
        var environment = new Dictionary<string, string?> { ["RUNTIME_DIRECTORY"] = runtime, ["XDG_RUNTIME_DIR"] = user, ["TMPDIR"] = temporary };
        Assert.Equal(expected, ControlDirectory.Choose(option, environment.GetValueOrDefault, uid: 7));
    }

    [Fact]
    public void Prepare_NothingThere_MakesItForUsAlone()
    {
        Assert.Null(ControlDirectory.Prepare(Folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        Assert.Null(ControlDirectory.Prepare(Folder));
    }

    [Fact]
    public void Prepare_OpenToOthers_IsRefused()
    {
        Directory.CreateDirectory(Folder);
        Assert.Equal(0, Libc.chmod(Folder, 0x1ED)); // 0755
        Assert.Contains("has mode 755, it must be 700", ControlDirectory.Prepare(Folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_ALink_IsRefused()
    {
        string own = _directory.File("own");
        Assert.Null(ControlDirectory.Prepare(own));
        Directory.CreateSymbolicLink(Folder, own);
        Assert.Contains("is no directory, or a link to one", ControlDirectory.Prepare(Folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_AFile_IsRefused()
    {
        File.WriteAllText(Folder, "");
        Assert.Contains("is no directory", ControlDirectory.Prepare(Folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_NoParent_SaysSo() => Assert.Contains("could not be made", ControlDirectory.Prepare(_directory.File("missing/control")), StringComparison.Ordinal);
}

using System.Diagnostics;
using System.Net.Sockets;
using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Processes;

/// <summary>Whatever somebody has put at the path of the pid file, it is neither waited for nor read without end.</summary>
public sealed class PidFileTests : IDisposable
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogger _logger = new();

    private string Place => _directory.File("service.pid");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("mkfifo \"$0\"", "a FIFO")]
    [InlineData("ln -s /dev/zero \"$0\"", "a link")]
    [InlineData("ln -s \"$0\" \"$0\"", "a link")]
    [InlineData("ln -s /nowhere \"$0\"", "a link")]
    public void Name_SomethingUseless_IsReplacedAndSaid(string make, string what)
    {
        Make(make);
        PidFile file = Create();
        file.Name(4711);
        file.Name(4711);
        Assert.Equal("4711\n", File.ReadAllText(Place));
        Assert.Null(new FileInfo(Place).LinkTarget);
        Assert.Contains($"was {what}:", Assert.Single(_logger.Lines).Text, StringComparison.Ordinal);
        Assert.Equal(Readable, File.GetUnixFileMode(Place));
    }

    [Theory]
    [InlineData("truncate -s 3G \"$0\"")]
    [InlineData("echo 12345678901234567890123456789012345 > \"$0\"")]
    [InlineData("printf '4711 and more' > \"$0\"")]
    [InlineData("touch \"$0\"; chmod 0 \"$0\"")]
    public void Name_AFileThatIsNoPidFile_IsReplaced(string make)
    {
        Make(make);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Create().Name(4711);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Equal("4711\n", File.ReadAllText(Place));
        Assert.Empty(_logger.Lines);
    }

    [Theory]
    [InlineData("mkdir \"$0\"", "a directory is there")]
    [InlineData("ln -s /proc/self/fd/1 \"$0\"", "a link is there")]
    public void Name_SomethingInUse_IsLeftAndSaidOnce(string make, string reason)
    {
        Make(make);
        PidFile file = Create();
        file.Name(4711);
        file.Name(4711);
        file.Leave(successorHasIt: false);
        Assert.Contains($": {reason};", Assert.Single(_logger.Lines).Text, StringComparison.Ordinal);
        Assert.True(Path.Exists(Place) || new FileInfo(Place).LinkTarget is not null);
        Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(Place)!));
    }

    [Fact]
    public void Name_ASocket_IsLeft()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Place));
        Create().Name(4711);
        Assert.Contains(": a socket is there;", Assert.Single(_logger.Lines).Text, StringComparison.Ordinal);
        Assert.True(File.Exists(Place));
    }

    [Fact]
    public void Name_TheDraftCanNotBeWritten_TheStaleFileGoes()
    {
        File.WriteAllText(Place, "1\n");
        Directory.CreateDirectory($"{Place}.{Environment.ProcessId}/full");
        Create().Name(4711);
        Assert.False(File.Exists(Place));
        Assert.Equal(["PidFileFailed"], _logger.EventNames);
    }

    [Fact]
    public void Name_ItStandsThereAlready_IsNotWrittenAgain()
    {
        File.WriteAllText(Place, "4711\n");
        File.SetUnixFileMode(Place, UnixFileMode.UserRead);
        Create().Name(4711);
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Place));
    }

    private PidFile Create() => new(Place, _logger);

    private void Make(string script)
    {
        using Process shell = Process.Start("sh", ["-c", script, Place]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}

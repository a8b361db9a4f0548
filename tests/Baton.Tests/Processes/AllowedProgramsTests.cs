using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Processes;

/// <summary>S2: which programs a restart may be asked for.</summary>
public sealed class AllowedProgramsTests : IDisposable
{
    private readonly ReleaseTree _tree = new();
    private readonly StartCommand _own;

    public AllowedProgramsTests() => _own = _tree.Command("srv/app/current/App", "current/App", "--urls", "http://[::]:80");

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Choose_NoProgram_IsTheOwnCommand() => Assert.Same(_own, Allowed().Choose(null));

    // The link leads to the second release by now; the first still runs.
    [Theory]
    [InlineData("{0}/srv/app/current/App")]
    [InlineData("{0}/srv/app/releases/2/App")]
    public void Choose_TheOwnProgramWhileNothingElseIsAllowed_IsTheOwnCommand(string program)
    {
        _tree.Link("srv/app/current", "releases/2");
        Assert.Same(_own, Allowed().Choose(_tree.In(program)));
    }

    [Fact]
    public void Choose_AProgramInAnAllowedDirectory_IsStartedAsThisOneWas()
    {
        StartCommand command = Allowed("srv/app").Choose(_tree.At("srv/app/releases/2/App"));

        Assert.Equal(_tree.At("srv/app/releases/2/App"), command.Program);
        Assert.Equal([_tree.At("srv/app/releases/2/App"), "--urls", "http://[::]:80"], command.Arguments);
        Assert.Equal(_own.WorkingDirectory, command.WorkingDirectory);
        Assert.Equal(_own.Environment, command.Environment);
    }

    // S2: relative, "..", NUL and its like.
    [Theory]
    [InlineData("", "it is not an absolute path")]
    [InlineData("App", "it is not an absolute path")]
    [InlineData("releases/2/App", "it is not an absolute path")]
    [InlineData("./releases/2/App", "it is not an absolute path")]
    [InlineData("{0}/srv/app/../app/releases/2/App", "it contains \"..\"")]
    [InlineData("{0}/srv/app/releases/2/App/..", "it contains \"..\"")]
    [InlineData("{0}/srv/app/releases/2/App\0", "it contains control characters")]
    [InlineData("{0}/srv/app/releases/2/App\0.dll", "it contains control characters")]
    [InlineData("{0}/srv/app/releases/2/App\n", "it contains control characters")]
    [InlineData("{0}/srv/app/releases/2/App\u001B[2J", "it contains control characters")]
    public void Choose_APathThatIsNotPlain_IsRefused(string program, string rule) => Refused(program, rule, "srv/app");

    // S2
    [Theory]
    [InlineData("{0}/srv/app/releases/3/App", "there is no such file")]
    [InlineData("{0}/srv/app/releases/2/App/", "there is no such file")]
    [InlineData("{0}/srv/app/releases/2", "it is a directory")]
    [InlineData("{0}/srv/app/current/", "it is a directory")]
    [InlineData("{0}/elsewhere/App", "it is in none of the allowed directories")]
    [InlineData("{0}/srv/app2/App", "it is in none of the allowed directories")]
    [InlineData("{0}/srv/app", "it is in none of the allowed directories")]
    [InlineData("/bin/sh", "it is in none of the allowed directories")]
    public void Choose_NoFileInAnAllowedDirectory_IsRefused(string program, string rule) => Refused(program, rule, "srv/app");

    // S2
    [Theory]
    [InlineData("srv/app/out", "../../elsewhere/App")]
    [InlineData("srv/app/out", "/bin/sh")]
    [InlineData("srv/app/out", "../app2/App")]
    public void Choose_ALinkOutOfTheDirectory_IsRefused(string link, string target)
    {
        _tree.Link(link, target);
        RestartException refusal = Refused($"{{0}}/{link}", "it is in none of the allowed directories", "srv/app");
        Assert.Contains(", which is ", refusal.Message, StringComparison.Ordinal);
    }

    // S2
    [Fact]
    public void Choose_ThroughALinkedDirectoryThatLeadsOut_IsRefused()
    {
        _tree.Link("srv/app/current", "../../elsewhere");
        Refused("{0}/srv/app/current/App", "it is in none of the allowed directories", "srv/app/releases", own: _tree.Command("srv/app/releases/1/App", "App"));
    }

    // S2: neither the own program nor what lies beside it opens a directory.
    [Fact]
    public void Choose_NothingIsAllowed_OthersAreRefused() => Refused("{0}/srv/app/releases/2/App", "it is in none of the allowed directories");

    // S2
    [Theory]
    [InlineData("srv/app/releases/2/App", "rw-r--r--", "it is not executable by this user")]
    [InlineData("srv/app/releases/2/App", "rwxr-xrwx", "everybody may write it")]
    [InlineData("srv/app/releases/2/App", "rwxrwxrwx", "everybody may write it")]
    [InlineData("srv/app/releases/2", "rwxrwxrwx", "everybody may write the directory {0}/srv/app/releases/2")]
    [InlineData("srv/app/releases", "rwxrwxrwt", "everybody may write the directory {0}/srv/app/releases")]
    [InlineData("srv/app", "rwxrwxrwx", "everybody may write the directory {0}/srv/app")]
    public void Choose_WrongPermissions_IsRefused(string what, string permissions, string rule)
    {
        _tree.Chmod(what, permissions);
        Refused("{0}/srv/app/releases/2/App", rule, "srv/app");
    }

    // What is above the allowed directory, and what the group may do, is the operator's to know.
    [Theory]
    [InlineData("srv/app", "rwxrwxrwx")]
    [InlineData("srv/app/releases/2", "rwxrwxr-x")]
    [InlineData("srv/app/releases/2/App", "rwxrwxr-x")]
    public void Choose_PermissionsThatAreNotOurs_AreLeftAlone(string what, string permissions)
    {
        _tree.Chmod(what, permissions);
        Assert.Equal(_tree.At("srv/app/releases/2/App"), Allowed("srv/app/releases").Choose(_tree.At("srv/app/releases/2/App")).Program);
    }

    [Fact]
    public void Choose_ASpecialFile_IsRefused()
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, default);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_tree.At("srv/app/sock")));
        _tree.Chmod("srv/app/sock", "rwxr-xr-x");
        Refused("{0}/srv/app/sock", "it is no regular file", "srv/app");
    }

    [Fact]
    public void Choose_ARefusal_SaysWhatWasAskedWhatItIsAndWhatIsAllowed()
    {
        _tree.Link("srv/app/out", "../../elsewhere/App");
        Assert.Equal(
            _tree.In("The program {0}/srv/app/out, which is {0}/elsewhere/App, was refused: it is in none of the allowed directories. "
                + "Allowed is the program of this process, {0}/srv/app/current/App, and what is in {0}/srv/app, {0}/srv/app2."),
            Refused("{0}/srv/app/out", "", "srv/app", "srv/app2").Message);
    }

    // The words of whoever asked go to the log.
    [Fact]
    public void Choose_ARefusalOfAPathWithControlCharacters_IsOneHarmlessLine()
    {
        string message = Refused("/srv\n\u001B[31m\u202Eapp", "it contains control characters").Message;
        Assert.StartsWith(@"The program /srv\u000A\u001B[31m\u202Eapp was refused", message, StringComparison.Ordinal);
        Assert.InRange(Refused("/" + new string('x', 100_000), "").Message.Length, 1, 2000);
    }

    private AllowedPrograms Allowed(params string[] directories) => new(_own, directories.Select(_tree.At));

    private RestartException Refused(string program, string rule, params string[] directories) => Refused(program, rule, directories, _own);

    private RestartException Refused(string program, string rule, string directory, StartCommand own) => Refused(program, rule, [directory], own);

    private RestartException Refused(string program, string rule, string[] directories, StartCommand own)
    {
        var allowed = new AllowedPrograms(own, directories.Select(_tree.At));
        RestartException refusal = Assert.Throws<RestartException>(() => allowed.Choose(_tree.In(program)));
        Assert.Equal(RestartFailure.ProgramRefused, refusal.Failure);
        Assert.Contains(_tree.In(rule), refusal.Message, StringComparison.Ordinal);
        return refusal;
    }
}

using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Processes;

/// <summary>E5: which file a successor is started from, for every way in which this process may have been.</summary>
public sealed class StartCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public StartCommandTests()
    {
        Directory.CreateDirectory(_directory.File("releases/1"));
        Directory.CreateDirectory(_directory.File("releases/2"));
        Directory.CreateDirectory(_directory.File("bin"));
        File.WriteAllText(Running, "");
        File.WriteAllText(_directory.File("releases/2/App"), "");
        File.WriteAllText(_directory.File("bin/Other"), "");
        File.CreateSymbolicLink(_directory.File("current"), "releases/1");
        File.CreateSymbolicLink(_directory.File("bin/Linked"), Running);
    }

    private string Running => _directory.File("releases/1/App");

    public void Dispose() => _directory.Dispose();

    // E5
    [Theory]
    [InlineData("{0}/releases/1/App", "{0}/releases/1/App")] // as the kernel sees it
    [InlineData("{0}/current/App", "{0}/current/App")] // through the link, which may lead elsewhere next time
    [InlineData("./App", "{0}/releases/1/./App")]
    [InlineData("../../current/App", "{0}/releases/1/../../current/App")]
    [InlineData("App", "{0}/current/App")] // found in $PATH
    [InlineData("Linked", "{0}/bin/Linked")]
    [InlineData("Other", "{0}/releases/1/App")] // exec -a: another program's name
    [InlineData("{0}/bin/Other", "{0}/releases/1/App")]
    [InlineData("-bash", "{0}/releases/1/App")]
    [InlineData("", "{0}/releases/1/App")]
    public void FindProgram_ByTheFirstWord_IsWhatWasStarted(string word, string program) =>
        Assert.Equal(In(program), StartCommand.FindProgram(In(word), _directory.File("releases/1"), Running, In("/nowhere::{0}/bin:{0}/current")));

    // E5
    [Fact]
    public void FindProgram_RelativeEntryInThePath_IsRelativeToTheWorkingDirectory() =>
        Assert.Equal(In("{0}/current/App"), StartCommand.FindProgram("App", _directory.Path, Running, "current"));

    [Theory]
    [InlineData("{0}/releases/1/App")]
    [InlineData("App")]
    public void FindProgram_TheRunningFileIsUnknown_IsTheFirstWord(string word) =>
        Assert.Equal(In(word), StartCommand.FindProgram(In(word), _directory.Path, runs: null, searchPath: null));

    // E5: the release that runs was deleted.
    [Fact]
    public void FindProgram_TheFileIsGone_IsWhereItWas()
    {
        string gone = _directory.File("releases/0/App");
        Assert.Equal(gone, StartCommand.FindProgram("./App", _directory.File("releases/0"), gone, ""));
    }

    // E5
    [Fact]
    public void Capture_ThisProcess_HoldsEveryWordAndVariable()
    {
        var command = StartCommand.Capture();
        Assert.True(File.Exists(command.Program));
        Assert.Equal(File.ReadAllText("/proc/self/cmdline"), string.Concat(command.Arguments.Select(a => a + "\0")));
        Assert.Equal(Environment.GetEnvironmentVariables().Count, command.Environment.Count);
        Assert.True(Directory.Exists(command.WorkingDirectory));
    }

    private string In(string pattern) => pattern.Replace("{0}", _directory.Path, StringComparison.Ordinal);
}

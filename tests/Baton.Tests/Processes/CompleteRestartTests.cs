using System.Diagnostics;
using System.Globalization;
using Baton.Handover;
using Baton.Interop;
using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Processes;

/// <summary>What is started without a handover, and what it knows of its predecessor. S4: what a variable set by hand can't do.</summary>
public sealed class CompleteRestartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static int Parent => Libc.getppid();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(CompleteRestart.Variable, null);
        _directory.Dispose();
    }

    [Fact]
    public void Find_NoVariable_IsAFirstGeneration() => Assert.Null(Find(null));

    [Fact]
    public void Find_OfTheParent_IsBelieved()
    {
        CompleteRestart? found = Find(CompleteRestart.Format(7, Parent));
        Assert.Equal((7, Parent), (found!.Generation, found.Predecessor));
    }

    [Fact]
    public void Find_WithAPlaceInATrace_KnowsItAndRemovesTheVariable()
    {
        foreach ((string? variable, ActivityContext trace) in new[] { (TraceContext.ToText(Handover.Messages.Trace), Handover.Messages.Trace), ("nonsense", default), (null, default) })
        {
            Environment.SetEnvironmentVariable(CompleteRestart.TraceVariable, variable);
            Assert.Equal(trace.SpanId, Find(CompleteRestart.Format(2, Parent))!.Trace.SpanId);
            Assert.Null(Environment.GetEnvironmentVariable(CompleteRestart.TraceVariable));
        }
    }

    // It ends once it has started this process, perhaps before this one looks.
    [Fact]
    public void Find_OfAProcessThatIsGone_IsBelieved()
    {
        int gone = Ended();
        CompleteRestart? found = Find(CompleteRestart.Format(2, gone));
        Assert.Equal(2, found!.Generation);
        Assert.True(found.WaitGone(Timeout.InfiniteTimeSpan));
    }

    // S4
    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("2:")]
    [InlineData(":{0}")]
    [InlineData("1:{0}")]
    [InlineData("0:{0}")]
    [InlineData("-2:{0}")]
    [InlineData("2:{0}:1")]
    [InlineData("2: {0}")]
    [InlineData("2:0")]
    [InlineData("2:-1")]
    [InlineData("2:99999999999999999999")]
    [InlineData("99999999999999999999:{0}")]
    [InlineData("yes")]
    public void Find_AnythingElse_IsAFirstGeneration(string value) => Assert.Null(Find(value.Replace("{0}", $"{Parent}", StringComparison.Ordinal)));

    // S4
    [Fact]
    public void Find_OfALivingProcessThatDidNotStartThisOne_IsAFirstGeneration()
    {
        Assert.Null(Find(CompleteRestart.Format(2, Environment.ProcessId)));
        using SpawnedProcess other = Shell("kill -STOP $$");
        Assert.Null(Find(CompleteRestart.Format(2, other.Id)));
        other.Kill();
        Reap(other);
    }

    [Fact]
    public void Find_Always_RemovesTheVariable()
    {
        Find("nonsense");
        Assert.Null(Environment.GetEnvironmentVariable(CompleteRestart.Variable));
        Find(CompleteRestart.Format(2, Parent));
        Assert.Null(Environment.GetEnvironmentVariable(CompleteRestart.Variable));
    }

    [Fact]
    public void WaitGone_TheParentLives_SaysNoInTime() => Assert.False(Find(CompleteRestart.Format(2, Parent))!.WaitGone(TimeSpan.FromMilliseconds(1)));

    [Fact]
    public void WaitGoneByRuntime_LivingAndGone_AreToldApart()
    {
        Assert.False(CompleteRestart.WaitGoneByRuntime(Parent, TimeSpan.FromMilliseconds(1)));
        Assert.True(CompleteRestart.WaitGoneByRuntime(Ended(), Deadline.Limit));
    }

    [Fact]
    public void Start_ByTheSpawner_TellsTheNewProcessWhoStartedIt()
    {
        using var process = SpawnedProcess.Watch(PlainStart.Start(Writer(), generation: 3));
        Reap(process);
        AssertWritten();
    }

    [Fact]
    public void Start_ByTheRuntime_TellsTheNewProcessWhoStartedIt()
    {
        Assert.True(CompleteRestart.WaitGoneByRuntime(PlainStart.StartByRuntime(Writer(), generation: 3), Deadline.Limit));
        AssertWritten();
    }

    [Fact]
    public void Start_WithAPlaceInATrace_TellsTheNewProcess()
    {
        using var process = SpawnedProcess.Watch(PlainStart.Start(Writer("echo \"$BATON_TRACE\" >written"), generation: 3, Handover.Messages.Trace));
        Reap(process);
        Assert.Equal($"{TraceContext.ToText(Handover.Messages.Trace)}\n", File.ReadAllText(_directory.File("written")));
    }

    [Fact]
    public void Start_ProgramIsMissing_Throws()
    {
        StartCommand missing = Writer() with { Program = _directory.File("App") };
        Assert.Equal(RestartFailure.SpawnFailed, Assert.Throws<RestartException>(() => PlainStart.Start(missing, 2)).Failure);
        RestartException failure = Assert.Throws<RestartException>(() => PlainStart.StartByRuntime(missing, 2));
        Assert.Equal(RestartFailure.SpawnFailed, failure.Failure);
        Assert.StartsWith($"Could not start {missing.Program} in {_directory.Path}: ", failure.Message, StringComparison.Ordinal);
    }

    // E6: where there is no /proc, Environment.GetCommandLineArgs() begins with the assembly.
    [Theory]
    [InlineData(@"/srv/App", "/srv/App.dll a", "/srv/App a")]
    [InlineData("/usr/bin/dotnet", "/srv/App.dll a", "/usr/bin/dotnet /srv/App.dll a")]
    [InlineData("/usr/bin/dotnet.exe", "/srv/App.dll", "/usr/bin/dotnet.exe /srv/App.dll")]
    [InlineData(null, "/srv/App a", "/srv/App a")]
    public void CommandLine_WithoutProc_BeginsWithTheProgram(string? program, string arguments, string words) =>
        Assert.Equal(words, string.Join(' ', StartCommand.CommandLine(program, arguments.Split(' '))));

    [Fact]
    public void HandoverVariable_IsTheOneOfTheHandover() => Assert.Equal(HandoverProtocol.EnvironmentVariable, StartCommand.HandoverVariable);

    private static CompleteRestart? Find(string? value)
    {
        Environment.SetEnvironmentVariable(CompleteRestart.Variable, value);
        return CompleteRestart.Find();
    }

    private static void Reap(SpawnedProcess process)
    {
        Assert.True(Poller.Wait(process.PidfdNumber, Libc.POLLIN, Deadline.Limit), "it does not end");
        process.Reap();
    }

    private int Ended()
    {
        using SpawnedProcess process = Shell("exit 0");
        Reap(process);
        return process.Id;
    }

    private SpawnedProcess Shell(string script)
    {
        var command = new StartCommand("/bin/sh", ["sh", "-c", script], _directory.Path, new Dictionary<string, string>());
        return Spawner.Spawn(command, command.Environment, [], blockedSignals: []);
    }

    private StartCommand Writer(string script = "echo \"$BATON_COMPLETE $BATON_HANDOVER $KEPT $1 $(pwd)\" >written") => new(
        "/bin/sh",
        ["sh", "-c", script, "sh", "an argument"],
        _directory.Path,
        new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["KEPT"] = "kept", [StartCommand.HandoverVariable] = "3:1", [CompleteRestart.Variable] = "2:1" });

    private void AssertWritten() => Assert.Equal(
        string.Create(CultureInfo.InvariantCulture, $"3:{Environment.ProcessId}  kept an argument {_directory.Path}\n"), File.ReadAllText(_directory.File("written")));
}

using System.Globalization;
using Baton.Interop;
using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Processes;

/// <summary>A program that checks itself, with the shell as the program: the check's arguments are the script.</summary>
public sealed class ProgramCheckTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _environment = new() { ["PATH"] = "/usr/bin:/bin" };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Check_ExitCodeZero_Passes()
    {
        ProgramCheckResult result = await Check("echo checked");
        Assert.True(result.Passed);
        Assert.Equal("checked", result.Output);
        Assert.Equal(new ExitStatus(0, null), result.Status);
    }

    [Fact]
    public async Task Check_AnotherExitCode_FailsWithWhatItWroteToEither()
    {
        ProgramCheckResult result = await Check("echo to output; echo to error >&2; exit 3");
        Assert.False(result.Passed);
        Assert.Equal(CheckEnd.Exited, result.End);
        Assert.Equal("to output\nto error", result.Output);
        Assert.Equal(3, result.Status.Code);
        Assert.Matches(@"^the check of /bin/sh with -c .*exit 3 exited with code 3 after \d+ ms: to output \| to error$", result.ToString());
    }

    [Fact]
    public async Task Check_EndedByASignal_FailsAndNamesIt()
    {
        ProgramCheckResult result = await Check("kill -TERM $$");
        Assert.False(result.Passed);
        Assert.Matches(@" was ended by SIGTERM after \d+ ms: it wrote nothing$", result.ToString());
    }

    // It stops itself, so that only a kill ends it.
    [Fact]
    public async Task Check_TakesTooLong_IsKilledAndSaysSo()
    {
        ProgramCheckResult result = await Check("echo loading; kill -STOP $$", TimeSpan.FromMilliseconds(300));
        Assert.Equal(CheckEnd.TimedOut, result.End);
        Assert.False(result.Passed);
        Assert.Equal(new ExitStatus(null, 9), result.Status);
        Assert.Contains("did not end in time and was killed after ", result.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(" ms: loading", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WritesWithoutEnd_IsKilledInTime() =>
        Assert.Equal(CheckEnd.TimedOut, (await Check("while :; do echo xxxxxxxx; done", TimeSpan.FromMilliseconds(300))).End);

    [Fact]
    public async Task Check_AFloodOfOutput_KeepsTheEnd()
    {
        ProgramCheckResult result = await Check("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo the end; exit 1");
        Assert.Equal(1, result.Status.Code);
        Assert.StartsWith("…xxx", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("xxx\nthe end", result.Output, StringComparison.Ordinal);
        Assert.InRange(result.Output.Length, 1, OutputTail.Capacity + 1);
    }

    // The grandchild waits for a line that the test writes at its end, and has the output open meanwhile.
    [Fact]
    public async Task Check_AGrandchildHoldsTheOutput_IsOverWhenTheProgramIs()
    {
        (Descriptor reader, Descriptor writer) = Pipe.Create();
        using (reader)
        using (writer)
        {
            // The only inheritance that a check allows is by a path.
            string held = string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{reader.Number}");
            ProgramCheckResult result = await Check($"(read line <{held}; echo too late) & echo started; exit 0");
            Assert.True(result.Passed);
            Assert.Equal("started", result.Output);
        }
    }

    [Fact]
    public async Task Check_Killed_SaysSo()
    {
        var finished = new TaskCompletionSource<ProgramCheckResult>();
        ProgramCheck check = Start("kill -STOP $$", Timeout.InfiniteTimeSpan, finished.SetResult);
        check.Kill();
        ProgramCheckResult result = await finished.Task.Soon();

        Assert.Equal(CheckEnd.Killed, result.End);
        Assert.False(result.Passed);
        check.Kill();
    }

    [Fact]
    public void Start_TheProgramIsMissing_Throws()
    {
        var command = new StartCommand(_directory.File("App"), ["App"], _directory.Path, _environment);
        RestartException failure = Assert.Throws<RestartException>(() => ProgramCheck.Start(command, ["--check"], Deadline.Limit, _ => Assert.Fail("it never ran")));
        Assert.Equal(RestartFailure.SpawnFailed, failure.Failure);
        Assert.Contains("the program does not exist", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OutputWithTerminalSequences_IsHarmless()
    {
        ProgramCheckResult result = await Check(@"printf '\033[41mfail\033[0m\r\n\n\tat \007 x\033]0;title\007 \302\233 \342\200\256 \377\n'");
        Assert.Equal("fail\n at \\u0007 x\\u001B]0;title\\u0007 \\u009B \\u202E \uFFFD", result.Output);
    }

    [Fact]
    public async Task Check_ItsSurroundings_AreThoseOfTheServiceWithoutItsSecrets()
    {
        _environment[Baton.Handover.HandoverProtocol.EnvironmentVariable] = "3:1";
        _environment[CompleteRestart.Variable] = "2:1";
        _environment["NOTIFY_SOCKET"] = "/run/systemd/notify";
        _environment["KEPT"] = "kept";
        ProgramCheckResult result = await Check("pwd; echo $KEPT; env | grep 'BATON\\|NOTIFY'; readlink /proc/$$/fd/0; ls /proc/$$/fd; exit 0");
        Assert.Equal([_directory.Path, "kept", "BATON_CHECK=1", "/dev/null", "0", "1", "2"], result.Output.Split('\n'));
    }

    [Fact]
    public async Task Check_ManyTimes_LeavesNothingOpen()
    {
        await Check("exit 0");
        DescriptorCount descriptors = DescriptorCount.Take();
        for (int i = 0; i < 10; i++)
        {
            await Check("exit 0");
        }

        descriptors.AssertUnchanged();
    }

    private async Task<ProgramCheckResult> Check(string script, TimeSpan? limit = null)
    {
        var finished = new TaskCompletionSource<ProgramCheckResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Start(script, limit ?? Deadline.Limit, finished.SetResult);
        return await finished.Task.Soon();
    }

    private ProgramCheck Start(string script, TimeSpan limit, Action<ProgramCheckResult> finished) =>
        ProgramCheck.Start(new StartCommand("/bin/sh", ["sh"], _directory.Path, _environment), ["-c", script], limit, finished);
}

using Baton.Cli.Running;
using Baton.Processes;

namespace Baton.Cli.Tests.Running;

/// <summary>Who is in charge below <c>baton run</c>, and what follows when a process ends.</summary>
public sealed class SupervisionTests
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void Restart_TheOldProcessEnds_EndsNothing()
    {
        FakeParent parent = new FakeParent().Serving().Restarted(100, 200);
        parent.End(100, code: 0);

        Assert.Equal(200, parent.Supervision.Main);
        Assert.Null(parent.ExitCode);
        Assert.Equal(["start 100"], parent.Journal);
    }

    [Theory]
    [InlineData(SignalNumber.SIGTERM)]
    [InlineData(SignalNumber.SIGINT)]
    [InlineData(SignalNumber.SIGQUIT)]
    public void Stop_Asked_EndsWithTheServiceAndItsCode(int signal)
    {
        FakeParent parent = new FakeParent().Serving().Restarted(100, 200);
        parent.Supervision.Arrived(signal);
        parent.Hear(200, "STOPPING=1");
        parent.End(200, code: 3);

        // The old one still finishes its work.
        Assert.Null(parent.ExitCode);
        parent.End(100, code: 0);
        Assert.Equal(3, parent.ExitCode);
        Assert.Equal(["start 100", $"{SignalNumber.NameOf(signal)} 200"], parent.Journal);
    }

    [Fact]
    public void Stop_WorkOfAnOlderGenerationIsCut_IsTold()
    {
        FakeParent parent = new FakeParent().Serving().Restarted(100, 200);
        parent.Supervision.Arrived(SignalNumber.SIGTERM);
        parent.Hear(200, "STOPPING=1");
        parent.End(200, code: 0);
        parent.Supervision.Arrived(SignalNumber.SIGTERM);
        parent.End(100, code: 124);

        Assert.Equal(124, parent.ExitCode);
        Assert.Equal("SIGTERM 100", parent.Journal[^1]);
    }

    [Fact]
    public void Shutdown_AskedElsewhere_EndsToo()
    {
        FakeParent parent = new FakeParent().Serving();
        parent.Hear(100, "STOPPING=1");
        parent.End(100, code: 124);
        Assert.Equal(124, parent.ExitCode);
    }

    [Fact]
    public void Crash_OfTheOnlyProcess_StartsItAtOnceThenLater()
    {
        FakeParent parent = new FakeParent().Serving();
        parent.End(100, signal: SignalNumber.SIGKILL);
        parent.Pass(TimeSpan.Zero);
        parent.Hear(101, "X_BATON=hello\nREADY=1");
        parent.End(101, code: 134);
        parent.Pass(TimeSpan.FromSeconds(1) - Instant);
        Assert.DoesNotContain("start 102", parent.Journal);
        parent.Pass(Instant);

        Assert.Equal(
            [
                "start 100", "Process 100 was ended by SIGKILL; it is started again at once",
                "start 101", "Process 101 exited with code 134; it is started again in 1.0 s",
                "start 102",
            ],
            parent.Journal);
    }

    [Fact]
    public void Crash_BeforeItServed_IsNotRepeated()
    {
        var parent = new FakeParent();
        parent.Hear(100, "X_BATON=hello");
        parent.End(100, code: 134);
        Assert.Equal(134, parent.ExitCode);
        Assert.Equal("Process 100 exited with code 134; it is not started again, since it has never served", parent.Journal[^1]);
    }

    [Fact]
    public void Crash_OfASuccessorInChargeWithAPredecessor_WaitsForThatOne()
    {
        FakeParent parent = new FakeParent().Serving().Restarted(100, 200);
        parent.End(200, signal: SignalNumber.SIGKILL);
        parent.Pass(TimeSpan.FromSeconds(5));
        parent.Hear(100, "MAINPID=100\nREADY=1\nSTATUS=Rolled back: generation 1 serves again");
        parent.Pass(TimeSpan.FromMinutes(5));

        Assert.Equal(100, parent.Supervision.Main);
        Assert.Equal(["start 100"], parent.Journal);
    }

    [Fact]
    public void Crash_OfAProcessWhileItsSuccessorStarts_WaitsForThatOne()
    {
        FakeParent parent = new FakeParent().Serving();
        parent.BeginRestart(100, 200);
        parent.End(100, signal: SignalNumber.SIGKILL);
        Assert.Null(parent.Supervision.Main);
        parent.Hear(200, "MAINPID=200");

        Assert.Equal(200, parent.Supervision.Main);
        Assert.Equal(["start 100"], parent.Journal);
    }

    [Fact]
    public void Crash_OfBoth_StartsAnew()
    {
        FakeParent parent = new FakeParent().Serving();
        parent.BeginRestart(100, 200);
        parent.End(100, signal: SignalNumber.SIGKILL);
        parent.End(200, code: 1);
        parent.Pass(TimeSpan.Zero);
        Assert.Equal("start 101", parent.Journal[^1]);
    }

    // The predecessor has collected it, and finishes its own work.
    [Fact]
    public void Crash_ToldByAPredecessorThatCanNotServe_StartsAnewAtOnceBesideIt()
    {
        FakeParent parent = new FakeParent().Serving().Restarted(100, 200);
        parent.Hear(100, "X_BATON=nobody-serves");
        parent.Pass(TimeSpan.Zero);
        Assert.Equal("start 101", parent.Journal[^1]);

        // Its end is none of the service's.
        parent.End(100, code: 1);
        Assert.Equal((101, (int?)null), (parent.Supervision.Main, parent.ExitCode));
    }

    [Fact]
    public void Crash_ThePredecessorSaysNothing_IsKilledAndTheServiceStartedAnew()
    {
        FakeParent parent = new FakeParent().Serving().Restarted(100, 200);
        parent.End(200, signal: 11);
        parent.Pass(TimeSpan.FromSeconds(30));
        parent.Pass(TimeSpan.Zero);
        Assert.Contains("SIGKILL 100", parent.Journal);
        Assert.Equal("start 101", parent.Journal[^1]);
    }

    [Fact]
    public void GiveUp_AfterCrashesInARow_EndsWithTheLastReason()
    {
        FakeParent parent = new FakeParent(new RunOptions(["shop"]) { GiveUp = 2 }).Serving();
        parent.End(100, signal: SignalNumber.SIGKILL);
        parent.Pass(TimeSpan.Zero);
        parent.End(101, signal: SignalNumber.SIGKILL);
        Assert.Equal(137, parent.ExitCode);
        Assert.Equal("Process 101 was ended by SIGKILL; it is not started again after 2 crashes in a row", parent.Journal[^1]);
    }

    [Theory]
    [InlineData("never", null)]
    [InlineData("on-failure", 0)]
    public void Policy_WithoutARestart_EndsWithTheCode(string policy, int? code)
    {
        var options = new RunOptions(["shop"]) { Restart = policy == "never" ? RestartPolicy.Never : RestartPolicy.OnFailure };
        FakeParent parent = new FakeParent(options).Serving();
        parent.End(100, code, code is null ? SignalNumber.SIGKILL : null);
        Assert.Equal(code ?? 137, parent.ExitCode);
    }

    [Fact]
    public void Policy_Always_StartsAgainAfterAShutdownThatCameNotByUs()
    {
        FakeParent parent = new FakeParent(new RunOptions(["shop"]) { Restart = RestartPolicy.Always }).Serving();
        parent.Hear(100, "STOPPING=1");
        parent.End(100, code: 0);
        parent.Pass(TimeSpan.Zero);
        Assert.Equal("start 101", parent.Journal[^1]);

        parent.Supervision.Arrived(SignalNumber.SIGTERM);
        parent.End(101, signal: SignalNumber.SIGTERM);
        Assert.Equal(143, parent.ExitCode);
    }

    [Fact]
    public void Program_GoneAfterACrash_IsTriedAgain()
    {
        FakeParent parent = new FakeParent().Serving();
        parent.IsThere = false;
        parent.End(100, signal: SignalNumber.SIGKILL);
        parent.Pass(TimeSpan.Zero);
        Assert.Contains("There is no program shop.", parent.Journal);
        parent.IsThere = true;
        parent.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("start 101", parent.Journal[^1]);
    }

    [Fact]
    public void BackingOff_Signals_StartAtOnceOrEnd()
    {
        FakeParent parent = new FakeParent().Serving();
        for (int pid = 100; pid < 103; pid++)
        {
            parent.End(pid, signal: SignalNumber.SIGKILL);
            parent.Supervision.Arrived(SignalNumber.SIGUSR2);
            Assert.Equal($"start {pid + 1}", parent.Journal[^1]);
        }

        parent.End(103, signal: SignalNumber.SIGKILL);
        parent.Supervision.Arrived(SignalNumber.SIGTERM);
        Assert.Equal(137, parent.ExitCode);
    }

    [Fact]
    public void Signal_ThatTheProgramDoesNotHandle_IsNotPassedOnUntilItSaysThatItHasBaton()
    {
        var parent = new FakeParent();
        parent.Handled.Clear();
        parent.Supervision.Arrived(SignalNumber.SIGUSR2);
        Assert.StartsWith("SIGUSR2 was not passed on: process 100 does not handle it, and it has not said", parent.Journal[^1], StringComparison.Ordinal);

        parent.Hear(100, "X_BATON=hello");
        Assert.Equal("SIGUSR2 100", parent.Journal[^1]);
        parent.Supervision.Arrived(SignalNumber.SIGUSR1);
        Assert.Equal("SIGUSR1 was not passed on: process 100 does not handle it", parent.Journal[^1]);
    }

    [Fact]
    public void Terminal_StopAndContinue_StopTheGroupUnlessTheProgramHandlesIt()
    {
        FakeParent parent = new FakeParent().Serving().Restarted(100, 200);
        parent.Supervision.Arrived(SignalNumber.SIGTSTP);
        parent.Supervision.Arrived(SignalNumber.SIGCONT);
        parent.Handled.Add(SignalNumber.SIGTSTP);
        parent.Supervision.Arrived(SignalNumber.SIGTSTP);
        Assert.Equal(["start 100", "suspend 100", "continue 100", "SIGTSTP 200"], parent.Journal);
    }

    [Fact]
    public void Terminal_Closed_EndsAlsoAProgramThatDoesNotHandleIt()
    {
        var parent = new FakeParent();
        parent.Handled.Clear();
        parent.Supervision.HungUp();
        parent.End(100, signal: SignalNumber.SIGHUP);
        Assert.Equal(129, parent.ExitCode);
        Assert.Equal(["start 100", "SIGHUP 100"], parent.Journal);
    }

    [Fact]
    public void Script_ThatStartsTheServiceAsItsChild_IsNotInCharge()
    {
        var parent = new FakeParent();
        parent.Fork(150);
        parent.Hear(150, "X_BATON=hello");
        parent.Hear(150, "READY=1");
        Assert.Equal(150, parent.Supervision.Main);
        Assert.Contains("hold nothing", parent.Journal);
        parent.Supervision.Arrived(SignalNumber.SIGUSR2);
        Assert.Equal("SIGUSR2 150", parent.Journal[^1]);
    }

    [Fact]
    public void Message_ThatNamesAProcessOfOthers_ChangesNothing()
    {
        FakeParent parent = new FakeParent().Serving();
        parent.Hear(100, "MAINPID=4711");
        Assert.Equal(100, parent.Supervision.Main);
    }
}

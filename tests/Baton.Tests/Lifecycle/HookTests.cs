using System.Runtime.InteropServices;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>When hooks are called, what waits for them and for how long; what they may change.</summary>
public class HookTests
{
    private readonly LifecycleFixture _fixture = LifecycleFixture.Serving();

    private RestartHooks Hooks => _fixture.Options.Hooks;

    [Fact]
    public void Shutdown_HooksRun_BeforeItAfterItAndAtTheDepartureInReverse()
    {
        Log(SignalAction.Shutdown);
        Hooks.OnDeparture(Note<DepartureContext>(c => $"first, {c.Reason}"));
        Hooks.OnDeparture(Note<DepartureContext>(c => $"second, {c.Reason}"));

        _fixture.Do(() => _fixture.Signals.Arrived(PosixSignal.SIGTERM));
        _fixture.Journal.AssertOrder("before Shutdown by SIGTERM", "log ShutdownAsked", "close gate", "announce stopping", "after Shutdown by SIGTERM");
        Assert.DoesNotContain("second, Shutdown", _fixture.Journal.Entries);

        _fixture.Do(_fixture.Effects.WorkEnds);
        _fixture.Journal.AssertOrder("second, Shutdown", "first, Shutdown");
        Assert.Equal(ProcessState.Exited, _fixture.Lifecycle.State);
    }

    // An application may name itself as it likes: what a signal is, is known from where it came.
    [Theory]
    [InlineData("quit")]
    [InlineData("SIGTERM")]
    [InlineData("15")]
    [InlineData("hup")]
    public void ActionByName_OfASignal_IsNoSignal(string name)
    {
        var told = new List<RestartHookContext>();
        foreach (SignalAction action in (SignalAction[])[SignalAction.Restart, SignalAction.Shutdown, SignalAction.Force])
        {
            Hooks.Before(action, (c, _) => { told.Add(c); return Task.CompletedTask; });
            Hooks.After(action, (c, _) => { told.Add(c); return Task.CompletedTask; });
        }

        _fixture.AskRestart(name);
        _fixture.Do(() => _fixture.Successor.Exits(1));
        _fixture.Do(() => _fixture.Lifecycle.Shutdown.Request(By(name)));
        _fixture.Do(() => _fixture.Lifecycle.Shutdown.Force(By(name)));
        Assert.Equal(6, told.Count);
        Assert.All(told, c => Assert.Equal((name, RestartTriggerKind.Application, null), (c.Trigger.Description, c.Trigger.Kind, c.Trigger.Signal)));
    }

    [Fact]
    public void ActionBySignal_AlsoASecondOne_NamesIt()
    {
        var told = new List<RestartHookContext>();
        Hooks.Before(SignalAction.Shutdown, (c, _) => { told.Add(c); return Task.CompletedTask; });
        Hooks.Before(SignalAction.Force, (c, _) => { told.Add(c); return Task.CompletedTask; });
        _fixture.Do(() => _fixture.Signals.Arrived(PosixSignal.SIGTERM));
        _fixture.Do(() => _fixture.Signals.Arrived(PosixSignal.SIGINT));
        Assert.Equal([PosixSignal.SIGTERM, PosixSignal.SIGINT], told.Select(c => c.Trigger.Signal));
    }

    [Fact]
    public void Shutdown_AHookHangs_WaitsForItsTimeAndNoLonger()
    {
        Hang(SignalAction.Shutdown);
        _fixture.Shutdown();
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);

        _fixture.Pass(TimeSpan.FromSeconds(4.9));
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        _fixture.Pass(TimeSpan.FromSeconds(0.1));
        Assert.Equal(ProcessState.ShuttingDown, _fixture.Lifecycle.State);
        Assert.Equal(1, _fixture.Journal.Count("log HooksGivenUp"));

        // It ends after all: nothing is done twice.
        _fixture.Do(_fixture.Effects.RunHooks);
        Assert.Equal(1, _fixture.Journal.Count("log ShutdownAsked"));
    }

    [Fact]
    public void Shutdown_AHookThrows_IsLoggedAndGoesOn()
    {
        Hooks.Before(SignalAction.Shutdown, (_, _) => throw new InvalidOperationException("no"));
        Log(SignalAction.Shutdown);
        _fixture.Shutdown();
        _fixture.Journal.AssertOrder("before Shutdown by the test", "log HookFailed", "log ShutdownAsked");
        Assert.Equal(ProcessState.ShuttingDown, _fixture.Lifecycle.State);
    }

    [Fact]
    public void SecondSignal_WhileAHookHangs_ForcesAtOnce()
    {
        Hang(SignalAction.Shutdown);
        _fixture.Do(() => _fixture.Signals.Arrived(PosixSignal.SIGTERM));
        _fixture.Do(() => _fixture.Signals.Arrived(PosixSignal.SIGTERM));
        Assert.Equal(1, _fixture.Journal.Count("cut"));
        Assert.Equal(ProcessState.Exited, _fixture.Lifecycle.State);
    }

    [Fact]
    public void SecondSignal_WhileADepartureHookHangs_EndsAtOnce()
    {
        _fixture.Effects.HooksRun = false;
        Hooks.OnDeparture((_, _) => Task.CompletedTask);
        _fixture.Shutdown();
        _fixture.Do(_fixture.Effects.WorkEnds);
        Assert.Equal(ProcessState.ShuttingDown, _fixture.Lifecycle.State);

        _fixture.Force();
        Assert.Equal(ProcessState.Exited, _fixture.Lifecycle.State);
    }

    [Fact]
    public void Departure_AHookHangs_WaitsForItsTimeAndNoLonger()
    {
        _fixture.Effects.HooksRun = false;
        Hooks.OnDeparture((_, _) => Task.CompletedTask);
        _fixture.Shutdown();
        _fixture.Do(_fixture.Effects.WorkEnds);
        _fixture.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(ProcessState.Exited, _fixture.Lifecycle.State);
    }

    [Fact]
    public void Force_AskedTwice_DoesNotWaitForItsOwnHooks()
    {
        Hang(SignalAction.Force);
        _fixture.Force();
        Assert.Equal(0, _fixture.Journal.Count("cut"));
        _fixture.Force();
        Assert.Equal(1, _fixture.Journal.Count("cut"));
    }

    [Fact]
    public void Force_HooksRun_BeforeAndAfterTheCut()
    {
        Log(SignalAction.Force);
        _fixture.Force();
        _fixture.Journal.AssertOrder("before Force by the test", "cut", "after Force by the test");
    }

    [Theory]
    [InlineData(SignalAction.Ignore)]
    [InlineData(SignalAction.HookOnly)]
    public void Signal_ThatDoesNothing_HasItsHooksAndTheSignal(SignalAction action)
    {
        _fixture.Options.Signals[(PosixSignal)10] = action;
        Log(action);
        PosixSignal? told = null;
        Hooks.Before(action, (context, _) =>
        {
            told = context.Trigger.Signal;
            return Task.CompletedTask;
        });
        _fixture.Do(() => _fixture.Signals.Arrived((PosixSignal)10));
        _fixture.Journal.AssertOrder($"before {action} by SIGUSR1", $"after {action} by SIGUSR1");
        Assert.Equal((PosixSignal)10, told);
        _fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public async Task Restart_HooksRun_AsAPhaseBeforeTheCheck()
    {
        Log(SignalAction.Restart);
        _fixture.Options.CheckArguments.Add("--check");
        Task<RestartRecord> outcome = _fixture.AskRestart();
        _fixture.Journal.AssertOrder("log RestartAsked", "before Restart by the test", "check /srv/app");
        _fixture.Do(() => _fixture.Effects.CheckEnds(defect: null));
        _fixture.Do(() => _fixture.Successor.SaysReady());
        Assert.Equal(["hooks", "check", "spawn"], (await outcome.Soon()).Phases.Select(p => p.Name).Take(3));
        _fixture.Journal.AssertOrder("commit 4711", "after Restart by the test, came about");
    }

    [Fact]
    public async Task Restart_AShutdownIsAskedWhileHooksRun_IsGivenUp()
    {
        Hang(SignalAction.Restart);
        Task<RestartRecord> outcome = _fixture.AskRestart();
        Assert.Equal(ProcessState.Restarting, _fixture.Lifecycle.State);
        Assert.Equal(RestartFailure.InProgress, (await _fixture.AskRestart().Failure()).Failure);

        _fixture.Shutdown();
        Assert.Equal(RestartFailure.Stopping, (await outcome.Failure()).Failure);
        _fixture.Do(_fixture.Effects.RunHooks);
        _fixture.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(0, _fixture.Journal.Count("start generation 2"));
    }

    [Fact]
    public async Task Restart_AskedWhileTheHooksOfAShutdownRun_IsRefused()
    {
        Hang(SignalAction.Shutdown);
        _fixture.Shutdown();
        Assert.Equal(RestartFailure.Stopping, (await _fixture.AskRestart().Failure()).Failure);
    }

    [Fact]
    public async Task Restart_Fails_ItsHookIsToldAllThatIsKnown()
    {
        FailedRestartContext? told = null;
        Hooks.AfterFailedRestart((context, _) =>
        {
            told = context;
            return Task.CompletedTask;
        });
        Log(SignalAction.Restart);
        Task<RestartRecord> outcome = _fixture.AskRestart();
        _fixture.Do(() => _fixture.Successor.Exits(3));

        RestartException failure = await outcome.Failure();
        Assert.Same(failure, told!.Exception);
        Assert.Equal((RestartFailure.SuccessorExited, FakeEffects.FirstSuccessorPid), (told.Restart.Failure!.Value, told.Restart.SuccessorPid!.Value));
        Assert.Contains("exited with code 3", told.Restart.Explanation, StringComparison.Ordinal);
        Assert.Contains("after Restart by the test, SuccessorExited", _fixture.Journal.Entries);
        _fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public async Task Restart_IsRefused_CallsNoHook()
    {
        _fixture.Effects.ChoiceFailure = new RestartException(RestartFailure.ProgramRefused, "not allowed");
        Log(SignalAction.Restart);
        Hooks.AfterFailedRestart((_, _) => throw new InvalidOperationException("called"));
        await _fixture.AskRestart(program: "/tmp/x").Failure();
        Assert.Equal(0, _fixture.Journal.Count("run 1 hooks"));
    }

    [Fact]
    public void Departure_AfterAHandover_SaysWhoServes()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        DepartureContext? told = null;
        fixture.Options.Hooks.OnDeparture((context, _) =>
        {
            told = context;
            return Task.CompletedTask;
        });
        fixture.AskRestart();
        fixture.Do(() => fixture.Successor.SaysReady());
        Assert.Null(told);
        fixture.Do(fixture.Effects.WorkEnds);
        Assert.Equal(new DepartureContext { Reason = DepartureReason.HandedOver, SuccessorPid = FakeEffects.FirstSuccessorPid }, told);
    }

    [Fact]
    public void Departure_AfterARollBack_SaysSo()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        DepartureContext? told = null;
        fixture.Options.Hooks.OnDeparture((context, _) =>
        {
            told = context;
            return Task.CompletedTask;
        });
        fixture.Do(fixture.Lifecycle.Probation.TakenBack);
        fixture.Do(fixture.Effects.WorkEnds);
        Assert.Equal(new DepartureContext { Reason = DepartureReason.RolledBack, SuccessorPid = null }, told);
    }

    private static Func<T, CancellationToken, Task> Done<T>(Action<T> action) => (context, _) =>
    {
        action(context);
        return Task.CompletedTask;
    };

    private Func<T, CancellationToken, Task> Note<T>(Func<T, string> line) => Done<T>(context => _fixture.Journal.Add(line(context)));

    private void Log(SignalAction action)
    {
        Hooks.Before(action, Note<RestartHookContext>(c => $"before {c.Action} by {c.Trigger}"));
        Hooks.After(action, Note<RestartHookContext>(c => $"after {c.Action} by {c.Trigger}{(c.Restart is null ? "" : $", {c.Restart.Failure?.ToString() ?? "came about"}")}"));
    }

    private void Hang(SignalAction action)
    {
        _fixture.Effects.HooksRun = false;
        Hooks.Before(action, (_, _) => Task.CompletedTask);
    }
}

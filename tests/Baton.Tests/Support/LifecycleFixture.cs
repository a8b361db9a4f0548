using Baton.Lifecycle;

namespace Baton.Tests.Support;

/// <summary>The real lifecycle over fake effects and a clock that stands still; its loop runs when the test says so.</summary>
internal sealed class LifecycleFixture
{
    private readonly ManualTime _time = new();
    private readonly ControlLoop _loop;

    internal LifecycleFixture(bool hasPredecessor = false, int generation = 1)
    {
        Effects = new FakeEffects(Journal);
        Logger = new RecordingLogger(line => Journal.Add($"log {line.Event.Name}"));
        _loop = new ControlLoop(_time, Logger);
        Options = new RestarterOptions { TimeProvider = _time, Probation = TimeSpan.Zero };
        Context = Effects.Context(_loop, Options, Logger, hasPredecessor);
        Context.Feed.Subscribe(Announced, reports: false);
        Lifecycle = new ProcessLifecycle(() => generation, Context);
        _loop.StepFailed = Lifecycle.PutRight;
        Signals = new SignalActions(Options.Signals, Lifecycle, Logger);
    }

    internal Journal Journal { get; } = new();

    internal RecordingLogger Logger { get; }

    internal LifecycleContext Context { get; }

    internal FakeEffects Effects { get; }

    internal FakeSuccessor Successor => Effects.Successor;

    internal RestarterOptions Options { get; }

    internal ProcessLifecycle Lifecycle { get; }

    internal SignalActions Signals { get; }

    /// <summary>A first generation that serves.</summary>
    internal static LifecycleFixture Serving()
    {
        var fixture = new LifecycleFixture();
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        return fixture;
    }

    /// <summary>A first generation that has started a successor.</summary>
    internal static LifecycleFixture Restarting(out Task<RestartRecord> outcome)
    {
        LifecycleFixture fixture = Serving();
        outcome = fixture.AskRestart();
        return fixture;
    }

    /// <summary>A predecessor that only finishes its work.</summary>
    internal static LifecycleFixture HandedOver(params string[] claimed)
    {
        LifecycleFixture fixture = Restarting(out _);
        fixture.Do(() => fixture.Successor.SaysReady(claimed));
        return fixture;
    }

    /// <summary>A predecessor whose successor serves and is on probation.</summary>
    internal static LifecycleFixture Watching(out Task<RestartRecord> outcome, params string[] claimed)
    {
        LifecycleFixture fixture = Serving();
        fixture.Options.Probation = TimeSpan.FromSeconds(10);
        outcome = fixture.AskRestart();
        fixture.Do(() => fixture.Successor.SaysReady(claimed));
        return fixture;
    }

    /// <summary>A second generation that serves and is on probation.</summary>
    internal static LifecycleFixture OnProbation(bool awaitsConfirm = false)
    {
        var fixture = new LifecycleFixture(hasPredecessor: true, generation: 2);
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        fixture.Do(() => fixture.Lifecycle.Start.Serve(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), awaitsConfirm));
        return fixture;
    }

    /// <summary>A process on its way out without a successor.</summary>
    internal static LifecycleFixture ShuttingDown()
    {
        LifecycleFixture fixture = Serving();
        fixture.Shutdown();
        return fixture;
    }

    /// <summary>Does something that posts to the loop, or belongs on it, and runs what follows from it.</summary>
    internal void Do(Action action)
    {
        _loop.Post(action);
        _loop.RunDue();
    }

    internal Task<RestartRecord> AskRestart(string trigger = "the test", bool bySignal = false, string? program = null)
    {
        var request = new RestartRequest(By(trigger), program, bySignal);
        Do(() => Lifecycle.Restarts.Request(request));
        return request.Outcome;
    }

    /// <summary>An operator decides of the restart on probation.</summary>
    /// <returns>The outcome: what holds, or why not.</returns>
    internal Task<string> Decide(ProbationDecision decision, string trigger = "an operator")
    {
        var outcome = new TaskCompletionSource<string>();
        var request = new ProbationRequest(
            decision, By(trigger), () => Journal.Add($"accept {decision}"), (problem, what) => _ = problem is null ? outcome.TrySetResult(what) : outcome.TrySetException(problem));
        Do(() => Lifecycle.Decisions.Request(request));
        return outcome.Task;
    }

    internal void Shutdown() => Do(() => Lifecycle.Shutdown.Request(By("the test")));

    internal void Force() => Do(() => Lifecycle.Shutdown.Force(By("the test")));

    internal void Pass(TimeSpan time)
    {
        _time.Advance(time);
        _loop.RunDue();
    }

    /// <summary>The whole probation passes, with a sign of life at its end.</summary>
    internal void PassProbation()
    {
        Pass(Options.Probation);
        Do(() => Successor.IsAlive());
    }

    internal void AssertServesAndCanRestart()
    {
        Assert.Equal(ProcessState.Serving, Lifecycle.State);
        Task<RestartRecord> next = AskRestart();
        Assert.Equal(ProcessState.Restarting, Lifecycle.State);
        Assert.False(next.IsFaulted);
    }

    // What systemd is told of; not what is in the log anyhow, or only news of how far it is.
    private void Announced(LifecycleEvent news)
    {
        if (news is LifecycleEvent.Serves or LifecycleEvent.LeftAlone or LifecycleEvent.HandingOver or LifecycleEvent.ServesAgain or LifecycleEvent.Replacing or LifecycleEvent.GaveBack
            or LifecycleEvent.NobodyServes or LifecycleEvent.Stopping or LifecycleEvent.RestartBegun or LifecycleEvent.RestartRefused { Tried: true }
            or LifecycleEvent.RestartEnded { ServesOn: true } or LifecycleEvent.SuccessorStarted { Strategy: RestartStrategy.Complete }
            or LifecycleEvent.StateChanged { Previous: ProcessState.OnProbation, State: ProcessState.Serving })
        {
            Journal.Add($"announce {news.GetType().Name}");
        }
    }
}

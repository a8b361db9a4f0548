using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>
/// A successor that was rolled back as unhealthy. It finishes the work that it has accepted, and counts as a departing process
/// until its end. Lives on the control loop.
/// </summary>
internal sealed class ReturnedSuccessor(ISuccessor successor, int generation, LifecycleContext context)
{
    private DepartingProcess? _departing;
    private bool _ended;
    private volatile GenerationStatus _status =
        new() { Pid = successor.Pid, Generation = generation, State = ProcessState.ShuttingDown };

    private RestarterOptions Options => context.Options;

    /// <summary>Tells it that this process serves again, and counts it from now on.</summary>
    internal void Begin()
    {
        context.Try(() => successor.TryTell(new HandoverMessage.TakenBack()));
        _departing = new DepartingProcess(
            successor.Pid, generation, () => _status, trigger => context.Loop.Post(() => Force(trigger)), successor.Detach);
        context.Try(() => context.Older.Add(_departing));
        TimeSpan limit = LifecycleContext.Then(Options.DrainTimeout, Options.ExitTimeout);
        context.Loop.Schedule(limit, () => context.Try(successor.Kill));
        context.Loop.Schedule(Options.ExclusiveStopTimeout, KillIfInTheWay);
    }

    /// <summary>Its own report. Pid and generation are known here.</summary>
    internal void Handle(GenerationStatus status) => _status = status with { Pid = successor.Pid, Generation = generation };

    internal void Ended()
    {
        _ended = true;
        context.Try(() => context.Older.Gone(_departing!));
    }

    // It does not end what only one process may run: what it has open is worth less than that.
    private void KillIfInTheWay()
    {
        if (!_ended && context.Exclusive.Waiting is { } waiting)
        {
            context.Logger.SuccessorInTheWay(successor.Pid, waiting, Options.ExclusiveStopTimeout);
            context.Try(successor.Kill);
        }
    }

    private void Force(RestartTrigger trigger)
    {
        context.Try(() => successor.TryTell(new HandoverMessage.Force(trigger)));

        // It ends itself within the hook and exit timeouts. This is for one that cannot.
        TimeSpan own = LifecycleContext.Then(Options.HookTimeout, Options.ExitTimeout);
        context.Loop.Schedule(LifecycleContext.Then(own, Options.ExitTimeout), () => context.Try(successor.Kill));
    }
}

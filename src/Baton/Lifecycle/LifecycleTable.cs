namespace Baton.Lifecycle;

/// <summary>What can happen to a process, as the table knows it.</summary>
internal enum LifecycleEvent
{
    /// <summary>The service is ready: as a first generation, or committed by its predecessor for good.</summary>
    Ready,

    /// <summary>Committed by its predecessor, on probation.</summary>
    ReadyOnProbation,

    /// <summary>Its own probation is over, or there is no predecessor left that could take over again.</summary>
    Confirmed,

    /// <summary>Its predecessor has taken over again.</summary>
    GaveBack,

    RestartAsked,

    /// <summary>The successor will not come: it failed, and is gone.</summary>
    BackedOut,

    /// <summary>The successor was ready and got its commit.</summary>
    Committed,

    /// <summary>The successor has proved itself.</summary>
    ProbationPassed,

    /// <summary>The successor has not proved itself: this process serves again.</summary>
    RolledBack,

    ShutdownAsked,

    /// <summary>Nothing is open any more, or the rest was cut.</summary>
    Finished,
}

/// <summary>Where an event leads: another state, nowhere, a refusal, or a wait until the probation is over.</summary>
internal readonly record struct Transition(ProcessState Next, RestartFailure? Refusal = null, bool Held = false);

/// <summary>
/// The whole lifecycle as one pure function; nothing else decides. An event that means nothing in a state, because it was
/// overtaken by another, leaves the state as it is.
/// </summary>
internal static class LifecycleTable
{
    internal static Transition Next(ProcessState state, LifecycleEvent happened) => (state, happened) switch
    {
        (ProcessState.Starting, LifecycleEvent.Ready) => new(ProcessState.Serving),
        (ProcessState.Starting, LifecycleEvent.ReadyOnProbation) => new(ProcessState.OnProbation),
        (ProcessState.Starting, LifecycleEvent.RestartAsked) => new(state, RestartFailure.NotReady),
        (ProcessState.Starting, LifecycleEvent.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.OnProbation, LifecycleEvent.Confirmed) => new(ProcessState.Serving),
        (ProcessState.OnProbation, LifecycleEvent.GaveBack) => new(ProcessState.ShuttingDown),
        (ProcessState.OnProbation, LifecycleEvent.RestartAsked) => new(state, Held: true),
        (ProcessState.OnProbation, LifecycleEvent.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.Serving, LifecycleEvent.GaveBack) => new(ProcessState.ShuttingDown),
        (ProcessState.Serving, LifecycleEvent.RestartAsked) => new(ProcessState.Restarting),
        (ProcessState.Serving, LifecycleEvent.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.Restarting, LifecycleEvent.RestartAsked) => new(state, RestartFailure.InProgress),
        (ProcessState.Restarting, LifecycleEvent.BackedOut) => new(ProcessState.Serving),
        (ProcessState.Restarting, LifecycleEvent.Committed) => new(ProcessState.HandedOver),
        (ProcessState.Restarting, LifecycleEvent.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.HandedOver, LifecycleEvent.RestartAsked) => new(state, Held: true),
        (ProcessState.HandedOver, LifecycleEvent.ProbationPassed) => new(ProcessState.Draining),
        (ProcessState.HandedOver, LifecycleEvent.RolledBack) => new(ProcessState.Serving),
        (ProcessState.HandedOver, LifecycleEvent.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.Draining, LifecycleEvent.RestartAsked) => new(state, RestartFailure.AlreadyHandedOver),
        (ProcessState.Draining, LifecycleEvent.Finished) => new(ProcessState.Exited),

        (ProcessState.ShuttingDown, LifecycleEvent.RestartAsked) => new(state, RestartFailure.Stopping),
        (ProcessState.ShuttingDown, LifecycleEvent.Finished) => new(ProcessState.Exited),

        (ProcessState.Exited, LifecycleEvent.RestartAsked) => new(state, RestartFailure.Stopping),

        _ => new(state),
    };
}

namespace Baton.Lifecycle;

/// <summary>What can happen to a process, as the table knows it.</summary>
internal enum LifecycleEvent
{
    /// <summary>The service is ready: as a first generation, or committed by its predecessor.</summary>
    Ready,

    RestartAsked,

    /// <summary>The successor will not come: it failed, and is gone.</summary>
    BackedOut,

    /// <summary>The successor was ready and got its commit.</summary>
    Committed,

    /// <summary>The successor has proved itself.</summary>
    ProbationPassed,

    ShutdownAsked,

    /// <summary>Nothing is open any more, or the rest was cut.</summary>
    Finished,
}

/// <summary>Where an event leads: another state, nowhere, or a refusal.</summary>
internal readonly record struct Transition(ProcessState Next, RestartFailure? Refusal = null);

/// <summary>
/// The whole lifecycle as one pure function; nothing else decides. An event that means nothing in a state, because it was overtaken by
/// another, leaves the state as it is.
/// </summary>
internal static class LifecycleTable
{
    internal static Transition Next(ProcessState state, LifecycleEvent happened) => (state, happened) switch
    {
        (ProcessState.Starting, LifecycleEvent.Ready) => new(ProcessState.Serving),
        (ProcessState.Starting, LifecycleEvent.RestartAsked) => new(state, RestartFailure.NotReady),
        (ProcessState.Starting, LifecycleEvent.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.Serving, LifecycleEvent.RestartAsked) => new(ProcessState.Restarting),
        (ProcessState.Serving, LifecycleEvent.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.Restarting, LifecycleEvent.RestartAsked) => new(state, RestartFailure.InProgress),
        (ProcessState.Restarting, LifecycleEvent.BackedOut) => new(ProcessState.Serving),
        (ProcessState.Restarting, LifecycleEvent.Committed) => new(ProcessState.HandedOver),
        (ProcessState.Restarting, LifecycleEvent.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.HandedOver, LifecycleEvent.RestartAsked) => new(state, RestartFailure.AlreadyHandedOver),
        (ProcessState.HandedOver, LifecycleEvent.ProbationPassed) => new(ProcessState.Draining),
        (ProcessState.HandedOver, LifecycleEvent.Finished) => new(ProcessState.Exited),

        (ProcessState.Draining, LifecycleEvent.RestartAsked) => new(state, RestartFailure.AlreadyHandedOver),
        (ProcessState.Draining, LifecycleEvent.Finished) => new(ProcessState.Exited),

        (ProcessState.ShuttingDown, LifecycleEvent.RestartAsked) => new(state, RestartFailure.Stopping),
        (ProcessState.ShuttingDown, LifecycleEvent.Finished) => new(ProcessState.Exited),

        (ProcessState.Exited, LifecycleEvent.RestartAsked) => new(state, RestartFailure.Stopping),

        _ => new(state),
    };
}

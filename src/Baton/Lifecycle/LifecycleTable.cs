namespace Baton.Lifecycle;

/// <summary>The inputs of the table.</summary>
internal enum LifecycleInput
{
    /// <summary>The service is ready: as a first generation, or committed by its predecessor for good.</summary>
    Ready,

    /// <summary>Committed by its predecessor, on probation.</summary>
    ReadyOnProbation,

    /// <summary>Its probation is over, or no predecessor is left that could take over again.</summary>
    Confirmed,

    /// <summary>Its predecessor has taken over again.</summary>
    GaveBack,

    RestartAsked,

    /// <summary>The successor failed before the commit, and is gone.</summary>
    BackedOut,

    /// <summary>The successor was ready and got its commit.</summary>
    Committed,

    /// <summary>The successor has passed its probation.</summary>
    ProbationPassed,

    /// <summary>The successor has failed on probation: this process serves again.</summary>
    RolledBack,

    ShutdownAsked,

    /// <summary>The restart on probation is to be rolled back, whatever its health is.</summary>
    RollBackAsked,

    /// <summary>The restart that waits for it is confirmed.</summary>
    ConfirmAsked,

    /// <summary>Nothing is open: the work was finished or cut.</summary>
    Finished,
}

/// <summary>The result of an input: a state, a refusal, or a wait for the end of the probation.</summary>
internal readonly record struct Transition(ProcessState Next, RestartFailure? Refusal = null, bool Held = false);

/// <summary>
/// The whole lifecycle as one pure function; nothing else decides. An input without a row, because another one overtook it, does
/// not change the state.
/// </summary>
internal static class LifecycleTable
{
    internal static Transition Next(ProcessState state, LifecycleInput happened) => (state, happened) switch
    {
        // What an operator decides needs a probation. Its end changes the state.
        (ProcessState.OnProbation or ProcessState.HandedOver, LifecycleInput.RollBackAsked or LifecycleInput.ConfirmAsked) =>
            new(state),
        (ProcessState.Starting, LifecycleInput.RollBackAsked or LifecycleInput.ConfirmAsked) =>
            new(state, RestartFailure.NotReady),
        (ProcessState.Serving, LifecycleInput.RollBackAsked or LifecycleInput.ConfirmAsked) =>
            new(state, RestartFailure.NotOnProbation),
        (ProcessState.Restarting, LifecycleInput.RollBackAsked or LifecycleInput.ConfirmAsked) =>
            new(state, RestartFailure.InProgress),
        (ProcessState.Draining, LifecycleInput.RollBackAsked or LifecycleInput.ConfirmAsked) =>
            new(state, RestartFailure.AlreadyHandedOver),
        (_, LifecycleInput.RollBackAsked or LifecycleInput.ConfirmAsked) => new(state, RestartFailure.Stopping),

        (ProcessState.Starting, LifecycleInput.Ready) => new(ProcessState.Serving),
        (ProcessState.Starting, LifecycleInput.ReadyOnProbation) => new(ProcessState.OnProbation),
        (ProcessState.Starting, LifecycleInput.RestartAsked) => new(state, RestartFailure.NotReady),
        (ProcessState.Starting, LifecycleInput.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.OnProbation, LifecycleInput.Confirmed) => new(ProcessState.Serving),
        (ProcessState.OnProbation, LifecycleInput.GaveBack) => new(ProcessState.ShuttingDown),
        (ProcessState.OnProbation, LifecycleInput.RestartAsked) => new(state, Held: true),
        (ProcessState.OnProbation, LifecycleInput.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.Serving, LifecycleInput.GaveBack) => new(ProcessState.ShuttingDown),
        (ProcessState.Serving, LifecycleInput.RestartAsked) => new(ProcessState.Restarting),
        (ProcessState.Serving, LifecycleInput.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.Restarting, LifecycleInput.RestartAsked) => new(state, RestartFailure.InProgress),
        (ProcessState.Restarting, LifecycleInput.BackedOut) => new(ProcessState.Serving),
        (ProcessState.Restarting, LifecycleInput.Committed) => new(ProcessState.HandedOver),
        (ProcessState.Restarting, LifecycleInput.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.HandedOver, LifecycleInput.RestartAsked) => new(state, Held: true),
        (ProcessState.HandedOver, LifecycleInput.ProbationPassed) => new(ProcessState.Draining),
        (ProcessState.HandedOver, LifecycleInput.RolledBack) => new(ProcessState.Serving),
        (ProcessState.HandedOver, LifecycleInput.ShutdownAsked) => new(ProcessState.ShuttingDown),

        (ProcessState.Draining, LifecycleInput.RestartAsked) => new(state, RestartFailure.AlreadyHandedOver),
        (ProcessState.Draining, LifecycleInput.Finished) => new(ProcessState.Exited),

        (ProcessState.ShuttingDown, LifecycleInput.RestartAsked) => new(state, RestartFailure.Stopping),
        (ProcessState.ShuttingDown, LifecycleInput.Finished) => new(ProcessState.Exited),

        (ProcessState.Exited, LifecycleInput.RestartAsked) => new(state, RestartFailure.Stopping),

        _ => new(state),
    };
}

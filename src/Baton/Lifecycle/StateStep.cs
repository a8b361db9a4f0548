namespace Baton.Lifecycle;

/// <summary>
/// The last step before a commit: saves the state, which from now on only this process could change, and does not. Lives on the
/// control loop.
/// </summary>
internal sealed class StateStep(LifecycleContext context) : ICommitStep
{
    private StateWait? _saving;

    public PhaseName Name => PhaseName.State;

    public bool HasWork => context.State.Names.Count > 0;

    /// <summary>A backstop: the wait for the application's code ends before.</summary>
    public TimeSpan Limit => LifecycleContext.Then(context.Options.StateTimeout, context.Options.HandshakeTimeout);

    public string Unfinished => "the state was not saved";

    public void Begin(Action<string?> ended)
    {
        if (!context.State.SuccessorLoads)
        {
            context.Logger.StateNotPassed(string.Join(", ", context.State.Names));
            ended(null);
            return;
        }

        _saving = new StateWait(context, ended);
        _saving.Begin(saved => context.State.Save(static _ => true, saved));
    }

    public void Undo()
    {
        _saving?.Cancel();
        context.State.Forget();
    }
}

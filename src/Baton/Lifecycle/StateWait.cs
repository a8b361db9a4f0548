namespace Baton.Lifecycle;

/// <summary>
/// A wait for state that is saved or loaded while clients wait. It ends with that, or at its limit. Lives on the control loop;
/// the application's code does not.
/// </summary>
/// <param name="context">What it works with.</param>
/// <param name="over">Called once: null for success, else what is missing.</param>
internal sealed class StateWait(LifecycleContext context, Action<string?> over)
{
    private LoopTimer? _timer;
    private IStateRun? _run;

    internal bool IsOver { get; private set; }

    /// <summary>Begins.</summary>
    /// <param name="start">Starts it, with a callback for its end.</param>
    internal void Begin(Func<Action<string?>, IStateRun> start)
    {
        // Set first, so that it fires in any case.
        _timer = context.Loop.Schedule(context.Options.StateTimeout, TimeIsUp);
        try
        {
            _run = start(problem => context.Loop.Post(() => End(problem)));
        }
        catch (RestartException e)
        {
            End(e.Message);
        }
    }

    /// <summary>Its outcome no longer matters.</summary>
    internal void Cancel()
    {
        if (!IsOver)
        {
            _run?.GiveUp("in time");
            Close(succeeded: false);
        }
    }

    private void TimeIsUp()
    {
        if (!IsOver)
        {
            End(_run?.GiveUp($"within {context.Options.StateTimeout.TotalSeconds:0.###} s"));
        }
    }

    private void End(string? problem)
    {
        if (!IsOver)
        {
            Close(succeeded: problem is null);
            over(problem);
        }
    }

    private void Close(bool succeeded)
    {
        IsOver = true;
        _timer?.Cancel();
        context.Try(() => _run?.End(succeeded));
    }
}

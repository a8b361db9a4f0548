namespace Baton.Lifecycle;

/// <summary>
/// State that is being saved or loaded while clients wait: over when that has ended, or when its time is up. Lives on the control
/// loop; the application's code does not.
/// </summary>
/// <param name="context">What it works with.</param>
/// <param name="over">Called once: null when all went well, else what is missing.</param>
internal sealed class StateWait(LifecycleContext context, Action<string?> over)
{
    private LoopTimer? _timer;
    private IStateRun? _run;

    internal bool IsOver { get; private set; }

    /// <summary>Begins.</summary>
    /// <param name="start">Starts it; gets what is to be called when it has ended.</param>
    internal void Begin(Func<Action<string?>, IStateRun> start)
    {
        // First, so that it fires whatever becomes of the rest.
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

    /// <summary>Its outcome matters no more.</summary>
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

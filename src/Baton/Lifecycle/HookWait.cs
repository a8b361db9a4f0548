namespace Baton.Lifecycle;

/// <summary>
/// The hooks of one moment while they run. The wait ends with the hooks, at their timeout, or when nobody waits any more. Lives
/// on the control loop; the hooks do not.
/// </summary>
internal sealed class HookWait(string moment, LifecycleContext context, Action<HookWait> over)
{
    private readonly CancellationTokenSource _givenUp = new();
    private Action? _then;
    private LoopTimer? _timer;

    /// <summary>Whether the hooks' further actions no longer count.</summary>
    internal bool IsOver { get; private set; }

    internal void Begin(IReadOnlyList<Func<CancellationToken, Task>> hooks, Action then)
    {
        _then = then;
        context.Logger.HooksCalled(hooks.Count, moment);

        // Set first, so that it fires in any case.
        _timer = context.Loop.Schedule(context.Options.HookTimeout, TimeIsUp);
        try
        {
            context.Process.RunHooks(
                hooks,
                failed: e => context.Loop.Post(() => Failed(e)),
                finished: () => context.Loop.Post(() => End(goOn: true)),
                _givenUp.Token);
        }
        catch (Exception e)
        {
            // No thread is available: the hooks are not called, and nothing waits for them.
            Failed(e);
            context.Loop.Post(() => End(goOn: true));
        }
    }

    /// <summary>Goes on without them now.</summary>
    internal void GiveUp()
    {
        if (!IsOver)
        {
            context.Logger.HooksGivenUp(moment, "nobody waits any longer");
            End(goOn: true);
        }
    }

    /// <summary>The next step will not come.</summary>
    internal void Cancel() => End(goOn: false);

    private void TimeIsUp()
    {
        if (!IsOver)
        {
            context.Logger.HooksGivenUp(moment, $"they have not ended within {context.Options.HookTimeout.TotalSeconds:0.###} s");
            End(goOn: true);
        }
    }

    private void Failed(Exception cause)
    {
        if (!IsOver)
        {
            context.Logger.HookFailed(cause, moment);
        }
    }

    private void End(bool goOn)
    {
        if (IsOver)
        {
            return;
        }

        IsOver = true;
        _timer?.Cancel();

        // Not on this thread: hooks may have registered callbacks.
        _ = _givenUp.CancelAsync();
        if (goOn)
        {
            _then!();
        }

        over(this);
    }
}

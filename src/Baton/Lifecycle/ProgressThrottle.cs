namespace Baton.Lifecycle;

/// <summary>
/// Limits progress reports: the first few pass at once, then the last one of each interval. An application may report each of a
/// million items. Lives on the control loop.
/// </summary>
internal sealed class ProgressThrottle(LifecycleContext context, Action<PhaseName, string> say)
{
    internal const int Burst = 20;

    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private int _free = Burst;
    private long _lastSaid;
    private (PhaseName Phase, string Detail)? _held;
    private LoopTimer? _timer;

    internal void Say(PhaseName phase, string detail)
    {
        if (_held is null && TryTake())
        {
            say(phase, detail);
            return;
        }

        _held = (phase, detail);
        _timer ??= context.Loop.Schedule(Interval, () =>
        {
            _timer = null;
            Flush();
        });
    }

    /// <summary>Passes the held report, since another event follows it.</summary>
    internal void Flush()
    {
        if (_held is { } held)
        {
            _held = null;
            _lastSaid = context.Now;
            say(held.Phase, held.Detail);
        }
    }

    private bool TryTake()
    {
        // One more for each interval without a report.
        _free = (int)Math.Min(Burst, _free + (long)(context.Since(_lastSaid) / Interval));
        if (_free == 0)
        {
            return false;
        }

        _free--;
        _lastSaid = context.Now;
        return true;
    }
}

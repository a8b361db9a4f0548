using System.Globalization;
using Baton.Lifecycle;

namespace Baton.Systemd;

/// <summary>
/// The watchdog of the service manager (sd_watchdog_enabled(3)). The process in charge sends a sign of life at half of the
/// interval, but only while the control loop and the thread pool make progress. A service that hangs sends none, and is killed.
/// Lives on the control loop.
/// </summary>
/// <param name="interval">The time between two signs.</param>
/// <param name="loop">The control loop, which must make progress.</param>
/// <param name="queueToThreadPool">Queues an action to the thread pool, which must make progress too.</param>
/// <param name="sign">Sends the sign of life.</param>
internal sealed class Watchdog(TimeSpan interval, ControlLoop loop, Action<Action> queueToThreadPool, Action sign)
{
    private LoopTimer? _next;
    private bool _asked;

    /// <summary>The interval by the environment; null if no watchdog waits for this process.</summary>
    /// <param name="usec">The watchdog's time in microseconds.</param>
    /// <param name="pid">The process that is meant; null for the process in charge.</param>
    internal static TimeSpan? Interval(string? usec, string? pid) =>
        long.TryParse(usec, NumberStyles.None, CultureInfo.InvariantCulture, out long time)
            && time > 1
            && (pid is null || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(time / 2)
            : null;

    /// <summary>This process is in charge: sends the first sign at once.</summary>
    internal void Begin()
    {
        End();
        sign();
        Next();
    }

    /// <summary>Another process is in charge.</summary>
    internal void End()
    {
        _next?.Cancel();
        _next = null;
    }

    private void Next() => _next = loop.Schedule(interval, Ask);

    private void Ask()
    {
        // One question at a time: several late answers of a stuck pool mean no more than one.
        if (!_asked)
        {
            _asked = true;
            queueToThreadPool(() => loop.Post(Answered));
        }

        Next();
    }

    private void Answered()
    {
        _asked = false;
        if (_next is not null)
        {
            sign();
        }
    }
}

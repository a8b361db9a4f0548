using System.Globalization;
using Baton.Lifecycle;

namespace Baton.Systemd;

/// <summary>
/// The watchdog of the service manager (sd_watchdog_enabled(3)): a sign at half of its time, by the process in charge only, and
/// only while the control loop and the application's own threads make progress. A service that hangs gives none, and is killed.
/// Lives on the control loop.
/// </summary>
/// <param name="interval">Between two signs.</param>
/// <param name="loop">Whose progress is one half of the sign.</param>
/// <param name="runAmongWork">Runs an action where the application's work runs: the other half.</param>
/// <param name="sign">Gives the sign.</param>
internal sealed class Watchdog(TimeSpan interval, ControlLoop loop, Action<Action> runAmongWork, Action sign)
{
    private LoopTimer? _next;
    private bool _asked;

    /// <summary>How often a sign is due by the environment; null if no watchdog waits for one of this process.</summary>
    /// <param name="usec">Its time in microseconds.</param>
    /// <param name="pid">The process that is meant; null for whoever is in charge.</param>
    internal static TimeSpan? Interval(string? usec, string? pid) =>
        long.TryParse(usec, NumberStyles.None, CultureInfo.InvariantCulture, out long time)
            && time > 1
            && (pid is null || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(time / 2)
            : null;

    /// <summary>This process is in charge: the first sign comes at once.</summary>
    internal void Begin()
    {
        End();
        sign();
        Next();
    }

    /// <summary>Another process is.</summary>
    internal void End()
    {
        _next?.Cancel();
        _next = null;
    }

    private void Next() => _next = loop.Schedule(interval, Ask);

    private void Ask()
    {
        // One question at a time: the answers of a pool that was stuck for long say no more than one.
        if (!_asked)
        {
            _asked = true;
            runAmongWork(() => loop.Post(Answered));
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

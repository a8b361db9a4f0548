using RestartLoad.Measuring;

namespace RestartLoad.Load;

/// <summary>
/// When the requests of a mode are due. The schedule does not wait for answers: when all requesters are busy the due times
/// pass, and the delay counts as latency of the requests that had to wait. A closed loop would hide a stalled service by asking
/// less of it.
/// </summary>
internal sealed class OpenSchedule(double rate, RunClock clock)
{
    private readonly TimeSpan _start = clock.Now;
    private long _next = -1;

    /// <summary>Waits for the next request's turn; returns the moment its latency counts from.</summary>
    public async ValueTask<TimeSpan> WaitForTurnAsync(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (rate == 0)
        {
            return clock.Now;
        }

        TimeSpan due = _start + TimeSpan.FromSeconds(Interlocked.Increment(ref _next) / rate);
        TimeSpan early = due - clock.Now;
        if (early <= TimeSpan.Zero)
        {
            return due;
        }

        // A requester was free in time, so what the timer adds (it has a resolution of 1 ms) is no fault of the service.
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(early.TotalMilliseconds)), stop);
        return clock.Now;
    }
}

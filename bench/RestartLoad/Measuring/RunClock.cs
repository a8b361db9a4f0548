using System.Diagnostics;

namespace RestartLoad.Measuring;

/// <summary>Time since the run began, on the monotonic clock: every moment in the report is one of these.</summary>
internal sealed class RunClock
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public DateTimeOffset StartedAt { get; } = DateTimeOffset.Now;

    public TimeSpan Now => Stopwatch.GetElapsedTime(_start);
}

using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>What every part of the lifecycle works with.</summary>
internal sealed record LifecycleContext(ILifecycleEffects Effects, ControlLoop Loop, RestarterOptions Options, ILogger Logger)
{
    internal long Now => Options.TimeProvider.GetTimestamp();

    /// <summary>One limit after the other. The longest there are must not overflow.</summary>
    internal static TimeSpan Then(TimeSpan first, TimeSpan second) =>
        first == Timeout.InfiniteTimeSpan || first > TimeSpan.MaxValue - second ? Timeout.InfiniteTimeSpan : first + second;

    internal TimeSpan Since(long then) => Options.TimeProvider.GetElapsedTime(then);
}

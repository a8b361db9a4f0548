using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>What every part of the lifecycle works with.</summary>
internal sealed record LifecycleContext(ILifecycleEffects Effects, ControlLoop Loop, RestarterOptions Options, ILogger Logger)
{
    // What a busy machine may make of a timer.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    /// <summary>What is done to the world. Where it fails, the step that wanted it goes on.</summary>
    internal ILifecycleEffects Effects { get; } = new GuardedEffects(Effects, Logger);

    /// <summary>What happens is told here.</summary>
    internal LifecycleFeed Feed { get; } = new(Logger);

    /// <summary>What this process says of itself.</summary>
    internal ServiceIdentity Identity { get; init; } = new(Options.Name, program: "", startedAt: default);

    /// <summary>How long the application may take to end.</summary>
    internal ApplicationTime Application { get; } = new();

    internal long Now => Options.TimeProvider.GetTimestamp();

    /// <summary>One limit after the other. The longest there are must not overflow.</summary>
    internal static TimeSpan Then(TimeSpan first, TimeSpan second) =>
        first == Timeout.InfiniteTimeSpan || first > TimeSpan.MaxValue - second ? Timeout.InfiniteTimeSpan : first + second;

    /// <summary>What is left of a limit; zero when it is over.</summary>
    internal static TimeSpan Left(TimeSpan limit, TimeSpan elapsed) => limit > elapsed ? limit - elapsed : TimeSpan.Zero;

    /// <summary>
    /// Whether a timer comes so late that this whole process was paused: stopped, frozen, moved to another machine. What others
    /// said meanwhile is not read yet, and they may have been paused too: their silence is no reason for anything.
    /// </summary>
    internal bool WasPaused(long timerBegun, TimeSpan time) => Since(timerBegun) - time > (time / 4 < LongestDelay ? time / 4 : LongestDelay);

    internal TimeSpan Since(long then) => Options.TimeProvider.GetElapsedTime(then);
}

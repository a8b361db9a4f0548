using System.Runtime.CompilerServices;
using Baton.Handover;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The context of all parts of the lifecycle. Every effect goes through one of the roles here; tests replace them.
/// </summary>
internal sealed record LifecycleContext(ControlLoop Loop, RestarterOptions Options, ILogger Logger)
{
    // A busy machine may delay a timer by this much. A longer delay is a pause of this process.
    internal static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    internal required IEndpoints Endpoints { get; init; }

    internal required IOpenWork Work { get; init; }

    internal required IPrograms Programs { get; init; }

    internal required IOlderGenerations Older { get; init; }

    internal required IOwnProcess Process { get; init; }

    internal required IPassedState State { get; init; }

    /// <summary>Null in a first generation.</summary>
    internal IPredecessor? Predecessor { get; init; }

    /// <summary>The numbers of the terms in which this process serves.</summary>
    internal TermNumbers Terms { get; init; } = new(Options.TimeProvider);

    /// <summary>What clients got of this process; null if successors are not judged.</summary>
    internal TrafficHistory? Traffic { get; init; }

    /// <summary>The exclusive services of this process.</summary>
    internal ExclusiveStop Exclusive { get; } = new(Options, Logger);

    /// <summary>The steps between the closing of the gate and the commit, in this order; undone in reverse.</summary>
    internal List<ICommitStep> CommitSteps { get; } = [];

    /// <summary>Publishes what happens.</summary>
    internal LifecycleFeed Feed { get; } = new(Logger);

    /// <summary>The identity of this process.</summary>
    internal ServiceIdentity Identity { get; init; } = new(Options.Name, program: "", startedAt: default);

    /// <summary>The time for the application to end.</summary>
    internal ApplicationTime Application { get; } = new();

    internal long Now => Options.TimeProvider.GetTimestamp();

    /// <summary>The open work; none if unknown.</summary>
    internal OpenWorkReport OpenWork
    {
        get
        {
            var report = new OpenWorkReport();
            Try(() => report = Work.Describe());
            return report;
        }
    }

    /// <summary>The sum of two limits, without overflow.</summary>
    internal static TimeSpan Then(TimeSpan first, TimeSpan second) =>
        first == Timeout.InfiniteTimeSpan || first > TimeSpan.MaxValue - second ? Timeout.InfiniteTimeSpan : first + second;

    /// <summary>The rest of a limit; zero when it is over.</summary>
    internal static TimeSpan Left(TimeSpan limit, TimeSpan elapsed) => limit > elapsed ? limit - elapsed : TimeSpan.Zero;

    /// <summary>
    /// Runs an effect that must not stop a step half way, since the state has already changed. A failure is logged and the step
    /// goes on. Effects whose failure a step handles itself do without it.
    /// </summary>
    /// <returns>Whether it succeeded.</returns>
    internal bool Try(Action effect, [CallerArgumentExpression(nameof(effect))] string what = "")
    {
        try
        {
            effect();
            return true;
        }
        catch (Exception e)
        {
            Logger.EffectFailed(e, what.Replace("() => ", "", StringComparison.Ordinal));
            return false;
        }
    }

    /// <returns>False if there is no predecessor, or it is gone.</returns>
    internal bool TellPredecessor(HandoverMessage message)
    {
        bool told = false;
        return Predecessor is { } predecessor && Try(() => told = predecessor.TrySay(message)) && told;
    }

    /// <summary>Begins the drain, and calls back on the loop at its end. If it fails, the drain timeout ends the wait.</summary>
    internal void Drain(Action<Task> drained, CancellationToken calledBack)
    {
        Task drain;
        try
        {
            drain = Work.DrainAsync(calledBack);
        }
        catch (Exception e)
        {
            drain = Task.FromException(e);
        }

        _ = drain.ContinueWith(
            task => Loop.Post(() => drained(task)),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>
    /// Whether a timer is so late that this whole process was paused: stopped, frozen, moved to another machine. Messages of
    /// others are unread then, and they may have been paused too: their silence decides nothing.
    /// </summary>
    internal bool WasPaused(long timerBegun, TimeSpan time) =>
        Since(timerBegun) - time > (time / 4 < LongestDelay ? time / 4 : LongestDelay);

    internal TimeSpan Since(long then) => Options.TimeProvider.GetElapsedTime(then);
}

using System.Runtime.CompilerServices;
using Baton.Handover;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// What every part of the lifecycle works with. All that it does to the world is done by one of the roles here; the tests put
/// fakes in their place.
/// </summary>
internal sealed record LifecycleContext(ControlLoop Loop, RestarterOptions Options, ILogger Logger)
{
    // A busy machine may delay a timer by so much. A longer delay is a pause of this process.
    internal static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    internal required IEndpoints Endpoints { get; init; }

    internal required IOpenWork Work { get; init; }

    internal required IPrograms Programs { get; init; }

    internal required IOlderGenerations Older { get; init; }

    internal required IOwnProcess Process { get; init; }

    internal required IPassedState State { get; init; }

    /// <summary>Null in a first generation.</summary>
    internal IPredecessor? Predecessor { get; init; }

    /// <summary>What is done between the closing of the gate and the commit, in this order; undone in the reverse one.</summary>
    internal List<ICommitStep> CommitSteps { get; } = [];

    /// <summary>Publishes what happens.</summary>
    internal LifecycleFeed Feed { get; } = new(Logger);

    /// <summary>What this process says of itself.</summary>
    internal ServiceIdentity Identity { get; init; } = new(Options.Name, program: "", startedAt: default);

    /// <summary>How long the application may take to end.</summary>
    internal ApplicationTime Application { get; } = new();

    internal long Now => Options.TimeProvider.GetTimestamp();

    /// <summary>What is open; nothing where that can't be known.</summary>
    internal OpenWorkReport OpenWork
    {
        get
        {
            var report = new OpenWorkReport();
            Try(() => report = Work.Describe());
            return report;
        }
    }

    /// <summary>One limit after the other. The longest there are must not overflow.</summary>
    internal static TimeSpan Then(TimeSpan first, TimeSpan second) =>
        first == Timeout.InfiniteTimeSpan || first > TimeSpan.MaxValue - second ? Timeout.InfiniteTimeSpan : first + second;

    /// <summary>What is left of a limit; zero when it is over.</summary>
    internal static TimeSpan Left(TimeSpan limit, TimeSpan elapsed) => limit > elapsed ? limit - elapsed : TimeSpan.Zero;

    /// <summary>
    /// Does something to the world that must not stop a step half way, since the state has changed already: a failure is logged,
    /// and the step goes on. Without it are only effects whose failure the step has an answer for.
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

    /// <summary>
    /// Begins to drain, and says on the loop when that is over. Where it fails, the drain timeout ends the wait.
    /// </summary>
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
    /// Whether a timer comes so late that this whole process was paused: stopped, frozen, moved to another machine. What others
    /// said meanwhile is not read yet, and they may have been paused too: their silence is no reason for anything.
    /// </summary>
    internal bool WasPaused(long timerBegun, TimeSpan time) =>
        Since(timerBegun) - time > (time / 4 < LongestDelay ? time / 4 : LongestDelay);

    internal TimeSpan Since(long then) => Options.TimeProvider.GetElapsedTime(then);
}

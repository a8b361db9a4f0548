using System.Diagnostics;
using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>A request for a restart, and everybody who waits for its outcome.</summary>
/// <param name="trigger">What asked for it.</param>
/// <param name="program">The program to start; null for the one this process was started as.</param>
/// <param name="bySignal">Whether a signal asked for it, maybe in another process. A signal gets no answer: one that comes too
/// early is held, not refused.</param>
internal sealed class RestartRequest(RestartTrigger trigger, string? program = null, bool bySignal = false)
{
    private readonly TaskCompletionSource<RestartRecord> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<RestartRequest> _joined = [];
    private volatile Activity? _activity;

    internal RestartTrigger Trigger => trigger;

    internal string? Program => program;

    internal bool BySignal => bySignal;

    /// <summary>The process that takes over by itself; null where this process starts a successor.</summary>
    internal Taker? Taker { get; init; }

    /// <summary>How long the successor waits to be confirmed; zero for no confirmation, null for what the options say.</summary>
    internal TimeSpan? ConfirmWithin { get; init; }

    /// <summary>The requester's own span, if it is traced.</summary>
    internal ActivityContext Origin { get; } = System.Diagnostics.Activity.Current?.Context ?? default;

    /// <summary>
    /// The span of this restart; null if it is not traced, or not yet. Set by the tracer; read from any thread.
    /// </summary>
    internal Activity? Activity
    {
        get => _activity;
        set => _activity = value;
    }

    internal Task<RestartRecord> Outcome => _outcome.Task;

    /// <summary>Lets another request share the outcome.</summary>
    internal void Join(RestartRequest other) => _joined.Add(other);

    /// <summary>Whether this outcome answers the other request. Call on the loop.</summary>
    internal bool Covers(RestartRequest other) => this == other || _joined.Exists(r => r.Covers(other));

    internal void Succeed(RestartRecord outcome)
    {
        _outcome.TrySetResult(outcome);
        _joined.ForEach(r => r.Succeed(outcome));
    }

    internal void Fail(RestartException failure)
    {
        _outcome.TrySetException(failure);

        // Nobody may wait for it, and the failure is logged.
        _ = _outcome.Task.Exception;
        _joined.ForEach(r => r.Fail(failure));
    }
}

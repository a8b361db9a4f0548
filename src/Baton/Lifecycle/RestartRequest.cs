using System.Diagnostics;

namespace Baton.Lifecycle;

/// <summary>A wish to restart, and all who wait for what becomes of it.</summary>
/// <param name="trigger">Who asks.</param>
/// <param name="program">The program to start; null for the one this process was started as.</param>
/// <param name="bySignal">A signal can't be answered: one that comes too early is held, not refused. Also one that another
/// process of the service got.</param>
internal sealed class RestartRequest(RestartTrigger trigger, string? program = null, bool bySignal = false)
{
    private readonly TaskCompletionSource<RestartRecord> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<RestartRequest> _joined = [];
    private volatile Activity? _activity;

    internal RestartTrigger Trigger => trigger;

    internal string? Program => program;

    internal bool BySignal => bySignal;

    /// <summary>What the requester is doing, as far as that is traced.</summary>
    internal ActivityContext Origin { get; } = System.Diagnostics.Activity.Current?.Context ?? default;

    /// <summary>
    /// The span of this restart; null if nobody traces it, or not yet. Set by the tracer; read from any thread.
    /// </summary>
    internal Activity? Activity
    {
        get => _activity;
        set => _activity = value;
    }

    internal Task<RestartRecord> Outcome => _outcome.Task;

    /// <summary>Lets another wish for the same have the same outcome.</summary>
    internal void Join(RestartRequest other) => _joined.Add(other);

    /// <summary>Whether what becomes of this is the answer to the other. Call on the loop.</summary>
    internal bool Covers(RestartRequest other) => this == other || _joined.Exists(r => r.Covers(other));

    internal void Succeed(RestartRecord outcome)
    {
        _outcome.TrySetResult(outcome);
        _joined.ForEach(r => r.Succeed(outcome));
    }

    internal void Fail(RestartException failure)
    {
        _outcome.TrySetException(failure);

        // Nobody may be waiting, and what failed is in the log.
        _ = _outcome.Task.Exception;
        _joined.ForEach(r => r.Fail(failure));
    }
}

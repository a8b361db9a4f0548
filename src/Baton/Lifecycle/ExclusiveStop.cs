using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The step before a commit that waits until no exclusive service runs in this process. The end of their term, with the closing
/// of the gate, tells them to stop. When the gate opens again they start anew, so nothing must be undone.
/// </summary>
internal sealed class ExclusiveStop(RestarterOptions options, ILogger logger) : ICommitStep
{
    private readonly Lock _lock = new();
    private readonly List<ITermService> _services = [];

    public PhaseName Name => PhaseName.Services;

    public bool HasWork => Running.Length > 0;

    public TimeSpan Limit => options.ExclusiveStopTimeout;

    public string Unfinished => $"{string.Join(", ", Running.Select(s => s.Name))} had not stopped";

    /// <summary>
    /// The exclusive services that another process keeps from running although this one serves, as text; null for none.
    /// </summary>
    internal string? Waiting
    {
        get
        {
            IReadOnlyList<WaitingService> waiting = DescribeWaiting();
            return waiting.Count > 0 ? string.Join(", ", waiting.Select(s => s.Name)) : null;
        }
    }

    private ITermService[] Running
    {
        get
        {
            lock (_lock)
            {
                return [.. _services.Where(s => s.IsExclusive && !s.Stopped.IsCompleted)];
            }
        }
    }

    /// <summary>The same, each with its reason; from any thread.</summary>
    internal IReadOnlyList<WaitingService> DescribeWaiting()
    {
        lock (_lock)
        {
            return [.. from service in _services
                       where service.IsExclusive
                       let reason = service.WaitsFor
                       where reason is not null
                       select new WaitingService(service.Name, reason)];
        }
    }

    internal void Add(ITermService service)
    {
        lock (_lock)
        {
            _services.Add(service);
        }
    }

    public void Begin(Action<string?> ended) => _ = Task.WhenAll(Running.Select(s => s.Stopped)).ContinueWith(
        _ => ended(null), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    // The lock keeps those of the successor from starting before this process has ended them, or has ended.
    public bool TryLeaveBehind()
    {
        if (options.WhenExclusiveIsLate != ExclusiveStopPolicy.EndPredecessor)
        {
            return false;
        }

        logger.ExclusiveLeftBehind(Unfinished, options.ExclusiveStopTimeout, Environment.ProcessId);
        return true;
    }

    public void Undo()
    {
    }
}

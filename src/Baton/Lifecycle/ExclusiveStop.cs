namespace Baton.Lifecycle;

/// <summary>
/// The step before a commit that waits until no exclusive service runs in this process. They are told by the end of their term,
/// which comes with the closing of the gate; when the gate opens again they are started anew, so there is nothing to undo.
/// </summary>
internal sealed class ExclusiveStop(RestarterOptions options) : ICommitStep
{
    private readonly Lock _lock = new();
    private readonly List<ITermService> _services = [];

    public PhaseName Name => PhaseName.Services;

    public bool HasWork => Running.Length > 0;

    public TimeSpan Limit => options.ExclusiveStopTimeout;

    public string Unfinished => $"{string.Join(", ", Running.Select(s => s.Name))} had not stopped";

    /// <summary>
    /// The exclusive services that another process keeps from running although this one serves; for people, null for none.
    /// </summary>
    internal string? Waiting
    {
        get
        {
            lock (_lock)
            {
                string[] waiting = [.. _services.Where(s => s.IsExclusive && s.Waits).Select(s => s.Name)];
                return waiting.Length > 0 ? string.Join(", ", waiting) : null;
            }
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

    internal void Add(ITermService service)
    {
        lock (_lock)
        {
            _services.Add(service);
        }
    }

    public void Begin(Action<string?> ended) => _ = Task.WhenAll(Running.Select(s => s.Stopped)).ContinueWith(
        _ => ended(null), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    public void Undo()
    {
    }
}

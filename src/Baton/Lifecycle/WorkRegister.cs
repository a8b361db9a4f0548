namespace Baton.Lifecycle;

/// <summary>The servers of this process, and the tokens that tell the application to finish. Safe from any thread.</summary>
internal sealed class WorkRegister : IOpenWork
{
    private readonly Lock _lock = new();
    private readonly List<IServerWork> _participants = [];
    private readonly CancellationTokenSource _stopping = new();

    // Without a registered server the work is the application's, and ends when it disposes the restarter.
    private readonly TaskCompletionSource _applicationDone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Action> _stops = [];
    private CancellationTokenSource _draining = new();
    private bool _announced;

    internal CancellationToken Draining
    {
        get
        {
            lock (_lock)
            {
                return _draining.Token;
            }
        }
    }

    internal CancellationToken Stopping => _stopping.Token;

    internal void Register(IServerWork participant)
    {
        lock (_lock)
        {
            _participants.Add(participant);
        }
    }

    /// <summary>
    /// Stops a host when this process is to end. Callbacks of the application on <see cref="Stopping"/> may throw or block, and
    /// do not delay it.
    /// </summary>
    internal void WhenStopping(Action stop)
    {
        lock (_lock)
        {
            if (!_announced)
            {
                _stops.Add(stop);
                return;
            }
        }

        stop();
    }

    public void AnnounceStopping()
    {
        Action[] stops;
        lock (_lock)
        {
            _announced = true;
            stops = [.. _stops];
            _stops.Clear();
        }

        foreach (Action stop in stops)
        {
            // Exceptions of the application's callbacks stay in the task, as with the token below.
            _ = Task.Run(stop);
        }

        _ = _stopping.CancelAsync();
    }

    /// <summary>Ends the wait for an application without registered servers.</summary>
    internal void ApplicationDone() => _applicationDone.TrySetResult();

    public Task DrainAsync(CancellationToken calledBack)
    {
        IServerWork[] participants;
        lock (_lock)
        {
            // Not on this thread: callbacks of the application may take their time.
            _ = _draining.CancelAsync();
            participants = [.. _participants];
        }

        return participants.Length == 0
            ? _applicationDone.Task
            : Task.WhenAll(participants.Select(p => p.DrainAsync(calledBack)));
    }

    public void NobodyServes()
    {
        foreach (IServerWork participant in Snapshot())
        {
            participant.NobodyServes();
        }
    }

    /// <summary>This process serves again: a new token, since a cancelled one stays cancelled.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            _draining = new CancellationTokenSource();
        }

        if (Environment.ExitCode == Restarter.ForcedExitCode)
        {
            Environment.ExitCode = 0;
        }
    }

    public OpenWork Cut()
    {
        var cut = default(OpenWork);
        foreach (IServerWork participant in Snapshot())
        {
            cut += participant.Cut();
        }

        if (cut != default)
        {
            Environment.ExitCode = Restarter.ForcedExitCode;
        }

        return cut;
    }

    public OpenWorkReport Describe()
    {
        var report = new OpenWorkReport();
        foreach (IServerWork participant in Snapshot())
        {
            participant.Describe(report);
        }

        return report;
    }

    private IServerWork[] Snapshot()
    {
        lock (_lock)
        {
            return [.. _participants];
        }
    }
}

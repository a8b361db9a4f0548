using System.Net.Sockets;
using Baton.Lifecycle;

namespace Baton;

/// <summary>
/// The open work of a server that Baton does not know, such as one that accepts connections by itself. A process that hands over
/// or shuts down waits for it; the status counts it; <see cref="RestarterOptions.DrainTimeout"/> and force cut it, which is exit
/// code <see cref="Restarter.ForcedExitCode"/>. Made by <see cref="Restarter.AddParticipant"/>. Safe from any thread. Tokens are
/// cancelled on the thread pool, so that callbacks of the application hold up nothing.
/// </summary>
public sealed class RestartParticipant : IServerWork
{
    private readonly Lock _lock = new();
    private readonly HashSet<OpenWorkItem> _open = [];
    private CancellationTokenSource _draining = new();
    private CancellationTokenSource _cut = new();
    private TaskCompletionSource? _drain;
    private int _accepting;

    internal RestartParticipant(string name) => Name = name;

    /// <summary>What its work is called among the connections of <see cref="GenerationStatus.Connections"/>.</summary>
    public string Name { get; }

    /// <summary>Begins a piece of work, which counts from now on.</summary>
    /// <returns>The work: dispose it when it is finished.</returns>
    public OpenWorkItem Begin()
    {
        lock (_lock)
        {
            var item = new OpenWorkItem(this, _draining.Token, _cut.Token);
            _open.Add(item);
            return item;
        }
    }

    /// <summary>
    /// Accepts a connection, which counts from then on. One that arrives in the moment in which this process stops accepting is
    /// counted too: no drain ends while this runs.
    /// </summary>
    /// <param name="listener">A listening socket, see <see cref="SocketRegistry.Listen(System.Net.EndPoint, int)"/>.</param>
    /// <param name="cancellationToken">Ends the wait: cancelled when this process is to stop accepting.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="SocketException">No connection could be accepted.</exception>
    /// <returns>The connection: dispose it when it is finished.</returns>
    public async ValueTask<AcceptedConnection> AcceptAsync(Socket listener, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(listener);
        lock (_lock)
        {
            _accepting++;
        }

        try
        {
            return new AcceptedConnection(await listener.AcceptAsync(cancellationToken).ConfigureAwait(false), Begin());
        }
        finally
        {
            lock (_lock)
            {
                _accepting--;
                CompleteIfNothingIsOpen();
            }
        }
    }

    internal void End(OpenWorkItem item)
    {
        lock (_lock)
        {
            _open.Remove(item);
            CompleteIfNothingIsOpen();
        }
    }

    Task IServerWork.DrainAsync(CancellationToken resumed)
    {
        var drain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _drain = drain;
            _ = _draining.CancelAsync();
            CompleteIfNothingIsOpen();
        }

        resumed.Register(() => Resume(drain, resumed));
        return drain.Task;
    }

    void IServerWork.NobodyServes()
    {
        // Work without HTTP is told at once and never idle.
    }

    OpenWork IServerWork.Cut()
    {
        lock (_lock)
        {
            // What is begun after a roll back is not cut by this.
            _ = _cut.CancelAsync();
            _cut = new CancellationTokenSource();
            return new OpenWork(_open.Count, Requests: 0);
        }
    }

    void IServerWork.Describe(OpenWorkReport report)
    {
        report.CountsConnections = true;
        lock (_lock)
        {
            report.AddConnections(Name, _open.Count);
        }
    }

    // This process serves again.
    private void Resume(TaskCompletionSource drain, CancellationToken resumed)
    {
        lock (_lock)
        {
            if (_drain == drain)
            {
                (_drain, _draining) = (null, new CancellationTokenSource());
            }
        }

        drain.TrySetCanceled(resumed);
    }

    private void CompleteIfNothingIsOpen()
    {
        if (_open.Count == 0 && _accepting == 0)
        {
            _drain?.TrySetResult();
        }
    }
}

using System.Net.Sockets;

namespace Baton;

/// <summary>
/// One piece of open work of a <see cref="RestartParticipant"/>, such as a connection. It counts until it is disposed.
/// </summary>
public class OpenWorkItem : IDisposable
{
    private readonly RestartParticipant _participant;

    internal OpenWorkItem(RestartParticipant participant, CancellationToken draining, CancellationToken cut) =>
        (_participant, Draining, Cut) = (participant, draining, cut);

    /// <summary>
    /// Cancelled when this process drains: finish what was begun, and begin nothing new. It stays cancelled if this process
    /// serves again after a roll back; work that is begun then has a new token.
    /// </summary>
    public CancellationToken Draining { get; }

    /// <summary>Cancelled when this work is cut, by the drain timeout or by force: end at once.</summary>
    public CancellationToken Cut { get; }

    /// <summary>The work is finished.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    private protected virtual void Dispose(bool disposing) => _participant.End(this);
}

/// <summary>A connection that <see cref="RestartParticipant.AcceptAsync"/> has accepted. Disposing it closes its socket.</summary>
public sealed class AcceptedConnection : OpenWorkItem
{
    internal AcceptedConnection(RestartParticipant participant, Socket socket, CancellationToken draining, CancellationToken cut)
        : base(participant, draining, cut) => Socket = socket;

    /// <summary>The connection.</summary>
    public Socket Socket { get; }

    private protected override void Dispose(bool disposing)
    {
        Socket.Dispose();
        base.Dispose(disposing);
    }
}

using System.Net.Sockets;

namespace Baton;

/// <summary>
/// One piece of open work of a <see cref="RestartParticipant"/>, such as a job. It counts until it is disposed.
/// </summary>
public sealed class OpenWorkItem : IDisposable
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
    public void Dispose() => _participant.End(this);
}

/// <summary>
/// A connection that <see cref="RestartParticipant.AcceptAsync"/> has accepted. It counts until it is disposed.
/// </summary>
public sealed class AcceptedConnection : IDisposable
{
    private readonly OpenWorkItem _work;

    internal AcceptedConnection(Socket socket, OpenWorkItem work) => (Socket, _work) = (socket, work);

    /// <summary>The connection itself.</summary>
    public Socket Socket { get; }

    /// <inheritdoc cref="OpenWorkItem.Draining"/>
    public CancellationToken Draining => _work.Draining;

    /// <inheritdoc cref="OpenWorkItem.Cut"/>
    public CancellationToken Cut => _work.Cut;

    /// <summary>Closes the connection: its work is finished.</summary>
    public void Dispose()
    {
        Socket.Dispose();
        _work.Dispose();
    }
}

using System.Collections.Concurrent;
using Baton.Interop;
using Baton.Processes;
using Baton.Resources;
using Microsoft.Extensions.Logging;

namespace Baton.Handover;

/// <summary>
/// Moves idle connections between two processes, in both directions, over a socket of its own: nothing of it delays the messages
/// of a handover. A batch follows when the one before was acknowledged. A process acknowledges before it serves, and closes what
/// it can't acknowledge; so a connection without acknowledgement still belongs to its sender. One thread sends, one receives.
/// </summary>
internal sealed class ConnectionChannel : IMovingTarget
{
    /// <summary>The bytes that come with the connections of one batch, so that it fits into a socket's buffer.</summary>
    private const int MostInput = 64 * 1024;

    private readonly HandoverChannel _channel;
    private readonly MovingConnections _moving;
    private readonly Func<string, bool> _wanted;
    private readonly ILogger _logger;
    private readonly BlockingCollection<Parcel> _waiting = [];
    private readonly SemaphoreSlim _acknowledged = new(0);
    private readonly CancellationTokenSource _ended = new();
    private int _sent;
    private int _received;

    private ConnectionChannel(
        Descriptor socket, int pid, Func<string, bool> wanted, TimeSpan limit, MovingConnections moving)
    {
        (_channel, _moving, _logger) = (new HandoverChannel(socket, limit), moving, moving.Logger);
        (Pid, _wanted) = (pid, wanted);
    }

    /// <summary>The other process.</summary>
    internal int Pid { get; }

    /// <summary>Opens one end.</summary>
    /// <param name="socket">Owned from now on.</param>
    /// <param name="pid">The other process.</param>
    /// <param name="wanted">Whether it wants the connections of a listener.</param>
    /// <param name="limit">The time for it to take or finish a message.</param>
    /// <param name="moving">Serves what comes.</param>
    /// <exception cref="RestartException">No thread is available.</exception>
    internal static ConnectionChannel Open(
        Descriptor socket, int pid, Func<string, bool> wanted, TimeSpan limit, MovingConnections moving)
    {
        var channel = new ConnectionChannel(socket, pid, wanted, limit, moving);
        try
        {
            OwnThread.Start("baton-moving-in", channel.Receive);
            OwnThread.Start("baton-moving-out", channel.Send);
            return channel;
        }
        catch
        {
            channel.Close();
            throw;
        }
    }

    public bool Wants(string key) => _wanted(key);

    public Task<bool> SendAsync(MovedConnection connection)
    {
        var parcel = new Parcel(connection);
        try
        {
            _waiting.Add(parcel);
        }
        catch (InvalidOperationException)
        {
            // No more are sent.
            parcel.Taken.SetResult(false);
        }

        return parcel.Taken.Task;
    }

    private void Send()
    {
        var batch = new List<Parcel>();
        foreach (Parcel first in _waiting.GetConsumingEnumerable())
        {
            batch.Add(first);
            int input = first.Connection.Input.Length;
            while (batch.Count < HandoverProtocol.MaxBatch && input < MostInput && _waiting.TryTake(out Parcel? next))
            {
                batch.Add(next);
                input += next.Connection.Input.Length;
            }

            bool taken = TrySend(batch);
            if (taken)
            {
                _sent += batch.Count;
                _moving.CountSent(batch.Count);
            }

            batch.ForEach(p => p.Taken.SetResult(taken));
            batch.Clear();
        }
    }

    // Waits for as long as the other process lives: while it is stopped, nobody else may use what it may have.
    private bool TrySend(List<Parcel> batch)
    {
        try
        {
            _channel.Send(
                new HandoverMessage.IdleConnections(
                    [.. batch.Select(p => p.Connection.Key)], [.. batch.Select(p => p.Connection.Input)]),
                [.. batch.Select(p => p.Connection.Descriptor.Number)]);
            _acknowledged.Wait(_ended.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            // The last acknowledgement was read before the end.
            return _acknowledged.Wait(0);
        }
        catch (RestartException e)
        {
            _logger.ConnectionsNotMoved(batch.Count, Pid, e.Message);
            Close();
            return false;
        }
    }

    private void Receive()
    {
        try
        {
            // To the end of the stream, also after our own end: an acknowledgement may have arrived before.
            while (Poller.Wait(_channel.Number, Libc.POLLIN, Timeout.InfiniteTimeSpan)
                && _channel.Receive() is { } received)
            {
                Handle(received);
            }
        }
        catch (RestartException e)
        {
            _logger.ChannelBroken(e.Message);
        }

        Close();
        _ended.Cancel();
        _channel.Dispose();
        if (_sent + _received > 0)
        {
            _logger.ConnectionsMoved(Pid, _sent, _received);
        }
    }

    private void Handle(Received received)
    {
        if (received.Message is not HandoverMessage.IdleConnections connections)
        {
            if (received.WithoutDescriptors() is HandoverMessage.Loaded)
            {
                _acknowledged.Release();
            }

            return;
        }

        if (connections.Keys.Count != received.Descriptors.Count || connections.Inputs.Count != received.Descriptors.Count)
        {
            received.WithoutDescriptors();
            throw new RestartException(
                RestartFailure.ProtocolError,
                $"{connections.Keys.Count} connections came with {received.Descriptors.Count} descriptors");
        }

        try
        {
            _channel.Send(new HandoverMessage.Loaded());
        }
        catch (RestartException)
        {
            received.WithoutDescriptors();
            throw;
        }

        _received += connections.Keys.Count;
        for (int i = 0; i < connections.Keys.Count; i++)
        {
            _moving.Serve(new MovedConnection(connections.Keys[i], received.Descriptors[i], connections.Inputs[i]));
        }
    }

    public void Close()
    {
        _moving.Lose(this);
        _waiting.CompleteAdding();
        _channel.End();
    }

    private sealed record Parcel(MovedConnection Connection)
    {
        internal TaskCompletionSource<bool> Taken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

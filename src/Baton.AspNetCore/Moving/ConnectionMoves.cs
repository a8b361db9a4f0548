using System.Net.Sockets;
using Baton.Interop;
using Baton.Resources;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Baton.AspNetCore.Moving;

/// <summary>
/// The idle connections of this server that move to the process that serves instead of it, and those that come from another
/// process. See docs/internals/moving.md.
/// </summary>
internal sealed class ConnectionMoves
{
    // Each takes a second descriptor until Kestrel is done with its own.
    private const int MostAtOnce = 500;

    // A connection that is busy leaves after an answer, or with its next request; these find what is idle.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LastPause = TimeSpan.FromMilliseconds(250);

    private readonly GracefulRestartOptions _options;
    private readonly MovingConnections _moving;
    private readonly MovableSocket _sockets = new();
    private readonly ILogger _logger;
    private readonly SocketConnectionContextFactory _contexts;
    private GatedListener[] _listeners = [];
    private int _leaving;
    private int _moved;

    internal ConnectionMoves(
        GracefulRestartOptions options, MovingConnections moving, SocketTransportOptions transport, ILogger logger)
    {
        (_options, _moving, _logger) = (options, moving, logger);
        _contexts = new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions
            {
                IOQueueCount = transport.IOQueueCount,
                WaitForDataBeforeAllocatingBuffer = transport.WaitForDataBeforeAllocatingBuffer,
                MaxReadBufferSize = transport.MaxReadBufferSize,
                MaxWriteBufferSize = transport.MaxWriteBufferSize,
                UnsafePreferInlineScheduling = transport.UnsafePreferInlineScheduling,
            },
            logger);
        moving.Add(Take);
    }

    /// <summary>How long after the beginning of a drain answers leave connections open that are to move.</summary>
    internal TimeSpan AnswersStayOpen => _options.IdleGrace;

    /// <summary>Adds a listener, whose connections come from other processes too.</summary>
    internal void Add(GatedListener listener)
    {
        lock (_sockets)
        {
            _listeners = [.. _listeners.Where(l => !l.IsUnbound), listener];
        }
    }

    /// <summary>Whether a process serves that wants the connections of a listener.</summary>
    internal bool Wants(string key) => _moving.Target is { } target && target.Wants(key);

    /// <summary>Makes a connection movable, if its socket is one of TCP, before Kestrel has it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="inner">Of the transport.</param>
    /// <param name="moved">How it came from another process; null where it was accepted here.</param>
    internal void MakeMovable(TrackedConnection connection, ConnectionContext inner, Arrival? moved)
    {
        if (inner.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket
            || (moved?.Counters ?? TcpCounters.Of((int)socket.Handle)) is not { } begun)
        {
            return;
        }

        // The transport may have read from an accepted connection by now.
        begun = moved is null ? begun with { Received = 0, Unread = 0 } : begun;
        var transport = new MovableTransport(
            connection, inner.Transport, check => TryTake(socket, check), begun, moved?.Input ?? []);
        inner.Transport = transport;
        connection.Movable = transport;
    }

    /// <summary>Lets idle connections go, until the drain is over.</summary>
    internal async Task LeaveAsync(Func<IEnumerable<TrackedConnection>> open, Task drain, Func<bool> goesOn)
    {
        // The caller is the control loop.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        int before = Volatile.Read(ref _moved);
        for (TimeSpan pause = FirstPause; goesOn() && !drain.IsCompleted; pause = pause < LastPause ? pause * 2 : LastPause)
        {
            foreach (TrackedConnection connection in open())
            {
                while (Volatile.Read(ref _leaving) >= MostAtOnce && goesOn())
                {
                    await Task.Delay(1).ConfigureAwait(false);
                }

                connection.Movable?.TryMove();
            }

            await Task.WhenAny(drain, Task.Delay(pause, _options.TimeProvider)).ConfigureAwait(false);
        }

        if (Volatile.Read(ref _moved) - before is > 0 and int moved)
        {
            _logger.IdleConnectionsMoved(moved);
        }
    }

    /// <summary>Kestrel is done with it: sends it, and completes when another process has it.</summary>
    internal async Task SendAsync(MovableTransport transport, string key)
    {
        try
        {
            if (transport.Depart(key) is not { } connection)
            {
                _logger.ConnectionLost(key);
            }
            else if (_moving.Target is { } target && await target.SendAsync(connection).ConfigureAwait(false))
            {
                connection.Descriptor.Dispose();
                Interlocked.Increment(ref _moved);
            }
            else
            {
                // This process serves it on, or nobody does.
                _moving.Serve(connection);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _leaving);
        }
    }

    /// <summary>This process serves again.</summary>
    internal void Stay() => _moving.GoTo(null);

    /// <summary>Gives up what no other process has taken.</summary>
    internal void Cut() => _moving.Target?.Close();

    private Descriptor? TryTake(Socket socket, Func<TcpCounters, bool> check)
    {
        Descriptor? taken = _sockets.Take(socket, check);
        Interlocked.Add(ref _leaving, taken is null ? 0 : 1);
        return taken;
    }

    /// <returns>False if no listener here wants it.</returns>
    private bool Take(MovedConnection moved)
    {
        if (Array.Find(_listeners, l => l.Key == moved.Key && l.TakesMoved) is not { } listener
            || TcpCounters.Of(moved.Descriptor.Number) is not { } counters)
        {
            return false;
        }

        Socket? socket = null;
        try
        {
            socket = moved.ToSocket();
            listener.Enter(_contexts.Create(socket), new Arrival(counters, moved.Input));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client is gone. The others of its batch are served all the same.
            _logger.MovedConnectionGone(moved.Key, e.Message);
            socket?.Dispose();
        }

        return true;
    }
}

/// <summary>How a connection came from another process.</summary>
/// <param name="Counters">The counters when nobody was reading.</param>
/// <param name="Input">What was read of its next request.</param>
internal sealed record Arrival(TcpCounters Counters, byte[] Input);

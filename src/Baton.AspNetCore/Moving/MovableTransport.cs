using System.IO.Pipelines;
using Baton.Interop;
using Baton.Resources;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore.Moving;

/// <summary>
/// Kestrel's transport of a connection that can move to another process. It is taken only where the kernel's counters prove that
/// all that Kestrel wrote has reached the kernel, and that all that was read from the socket has arrived here.
/// </summary>
internal sealed class MovableTransport : IDuplexPipe, IDeparture
{
    // A read of the transport may be in the kernel at the moment of the taking, where bytes have just come.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly TrackedConnection _connection;
    private readonly Func<Func<TcpCounters, bool>, Descriptor?> _take;
    private readonly MovableInput _input;
    private readonly CountedOutput _output;
    private readonly TcpCounters _begun;
    private Descriptor? _taken;
    private bool _arrivedWhole;

    /// <param name="connection">The connection.</param>
    /// <param name="inner">Its transport.</param>
    /// <param name="take">Takes its socket, if the check still holds.</param>
    /// <param name="begun">The counters when Kestrel had not begun.</param>
    /// <param name="first">Bytes that another process has read; empty for none.</param>
    internal MovableTransport(
        TrackedConnection connection,
        IDuplexPipe inner,
        Func<Func<TcpCounters, bool>, Descriptor?> take,
        TcpCounters begun,
        byte[] first)
    {
        (_connection, _take, _begun) = (connection, take, begun);
        (_input, _output) = (new MovableInput(inner.Input, first, this), new CountedOutput(inner.Output));
    }

    public PipeReader Input => _input;

    public PipeWriter Output => _output;

    public bool IsWanted => _connection.MayMove;

    /// <summary>Whether the next answer need not end the connection: it is to move after it.</summary>
    internal bool MovesAfterRequest => _input.RequestEnd >= 0;

    /// <summary>Whether it was taken. Kestrel's transport then has something else.</summary>
    internal bool IsTaken => Volatile.Read(ref _taken) is not null;

    /// <summary>Moves it if it is idle.</summary>
    internal bool TryMove() => IsWanted && _input.TryLeave();

    /// <summary>Kestrel has read the head of a request. Where its body has no length, only Kestrel knows when it ends.</summary>
    internal void RequestBegins(HttpRequest request)
    {
        bool hasLength = request.Headers.TransferEncoding.Count == 0 && request.Headers.Upgrade.Count == 0;
        _input.RequestEnd = hasLength ? _input.Consumed + (request.ContentLength ?? 0) : -1;
    }

    public bool TryTake(long seen)
    {
        Descriptor? taken = _take(now => now is { IsEstablished: true, Unread: 0 }
            && now.Written - _begun.Written == _output.Written
            && now.Read - _begun.Read == seen);
        Volatile.Write(ref _taken, taken);
        return taken is not null;
    }

    public void Begin() => ThreadPool.UnsafeQueueUserWorkItem(
        static transport => _ = transport.FinishAsync(), this, preferLocal: false);

    /// <summary>Before the connection is disposed.</summary>
    internal Task EndReadAsync() => _input.EndReadAsync();

    /// <summary>The connection, when Kestrel is done with it; null if it can't be used any more. The caller owns it.</summary>
    internal MovedConnection? Depart(string key)
    {
        // Nobody reads any more. A read that was asleep in the kernel until now may have taken bytes that nobody has: then the
        // client sees a close, and no answer to something else than it sent.
        if (_arrivedWhole && TcpCounters.Of(_taken!.Number)?.Read - _begun.Read == _input.Seen)
        {
            return new MovedConnection(key, _taken!, _input.Kept);
        }

        _taken!.Dispose();
        return null;
    }

    private async Task FinishAsync()
    {
        try
        {
            _arrivedWhole = await HasArrivedAsync().ConfigureAwait(false);
        }
        finally
        {
            _input.EndStream();
        }
    }

    private async Task<bool> HasArrivedAsync()
    {
        long begun = Environment.TickCount64;
        for (bool again = false; Environment.TickCount64 - begun < Limit.TotalMilliseconds; again = true)
        {
            _input.KeepArrived();
            TcpCounters? now = TcpCounters.Of(_taken!.Number);
            if (now is { IsClosed: true })
            {
                return false;
            }

            if (now?.Read - _begun.Read == _input.Seen && (now?.Unread == 0 || again))
            {
                return true;
            }

            await Task.Delay(Moment).ConfigureAwait(false);
        }

        return false;
    }
}

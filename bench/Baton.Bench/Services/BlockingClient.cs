using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Baton.Bench.Services;

/// <summary>
/// A client that adds as little as it can to what it measures: blocking calls on one connection, which it keeps while the service does. Only one thread at a
/// time uses it.
/// </summary>
internal sealed class BlockingClient(IPEndPoint address) : IDisposable
{
    private const int LimitMilliseconds = 10_000;

    private static readonly byte[] Request = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n"u8.ToArray();

    private readonly byte[] _buffer = new byte[4096];
    private Socket? _socket;
    private int _length;

    /// <summary>The process that gave the last answer.</summary>
    public int? Pid => FirstAnswer.PidIn(Encoding.ASCII.GetString(_buffer, 0, _length));

    /// <summary>Sends one request, on a new connection if there is none, and receives all of the answer.</summary>
    /// <returns>How long that took, the connecting included.</returns>
    /// <exception cref="BenchException">The request has failed.</exception>
    public TimeSpan Ask()
    {
        long begun = Stopwatch.GetTimestamp();
        bool isKept = _socket is not null;
        try
        {
            // A kept connection may have been closed before the request came; then a client repeats it, and has lost the time.
            if (!TryAsk() && !(isKept && TryAsk()))
            {
                throw new BenchException($"{address} closed a connection without an answer.");
            }
        }
        catch (SocketException e)
        {
            throw new BenchException($"A request to {address} failed: {e.Message}.", e);
        }

        return Stopwatch.GetElapsedTime(begun);
    }

    /// <summary>The next request is sent on a new connection.</summary>
    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public void Dispose() => Close();

    private bool TryAsk()
    {
        if (_socket is null)
        {
            _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = LimitMilliseconds };
            _socket.Connect(address);
        }

        _socket.Send(Request);
        _length = 0;
        int read;
        while ((read = _socket.Receive(_buffer.AsSpan(_length))) > 0)
        {
            _length += read;

            // The last chunk: the sample says no length.
            if (_buffer.AsSpan(0, _length).EndsWith("\r\n0\r\n\r\n"u8))
            {
                if (_buffer.AsSpan(0, _length).IndexOf("Connection: close\r\n"u8) >= 0)
                {
                    Close();
                }

                return true;
            }
        }

        Close();
        return false;
    }
}

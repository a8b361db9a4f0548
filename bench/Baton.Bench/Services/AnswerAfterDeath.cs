using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Baton.Bench.Services;

/// <summary>A client that wants to know when a certain process answers, again or for the first time, after another one was killed.</summary>
internal sealed class AnswerAfterDeath(IPEndPoint address, int expected) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static readonly byte[] Request = "GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"u8.ToArray();

    private readonly byte[] _expected = Encoding.ASCII.GetBytes($"X-Pid: {expected}\r\n");
    private readonly byte[] _buffer = new byte[4096];
    private readonly Socket _queued = NewSocket();

    /// <summary>Connections that were refused; a roll back causes none.</summary>
    public int Refused { get; private set; }

    /// <summary>Asks on one new connection after the other, and has the other process killed in the midst of it.</summary>
    /// <returns>From the kill to the end of the first answer of the expected process.</returns>
    public async Task<TimeSpan> ConnectingAsync(Action kill, CancellationToken cancellation)
    {
        const int Before = 50;
        using CancellationTokenSource limit = Limited(cancellation);
        for (int i = 0; i < Before; i++)
        {
            await AskAsync(limit.Token);
        }

        // The request under way then is the dead process's, and lost; it is not the one that counts.
        Task<bool> underWay = AskAsync(limit.Token);
        long killed = Stopwatch.GetTimestamp();
        kill();
        bool answered = await underWay;
        while (!answered)
        {
            answered = await AskAsync(limit.Token);
        }

        return Stopwatch.GetElapsedTime(killed);
    }

    /// <summary>Has the other process stopped, so that it accepts nothing more, sends a request which now waits in the queue, and has it killed.</summary>
    /// <returns>From the kill to the end of the answer.</returns>
    public async Task<TimeSpan> QueuedAsync(Action stop, Action kill, CancellationToken cancellation)
    {
        TimeSpan settling = TimeSpan.FromMilliseconds(50);
        using CancellationTokenSource limit = Limited(cancellation);
        stop();
        await Task.Delay(settling, limit.Token);
        await _queued.ConnectAsync(address, limit.Token);
        await _queued.SendAsync(Request, limit.Token);
        await Task.Delay(settling, limit.Token);
        Task<bool> answer = ReceiveAsync(_queued, limit.Token);
        long killed = Stopwatch.GetTimestamp();
        kill();
        return await answer
            ? Stopwatch.GetElapsedTime(killed)
            : throw new BenchException($"The request that waited in the queue was not answered by process {expected}.");
    }

    public void Dispose() => _queued.Dispose();

    /// <returns>Whether the expected process answered.</returns>
    private async Task<bool> AskAsync(CancellationToken cancellation)
    {
        using Socket socket = NewSocket();
        try
        {
            await socket.ConnectAsync(address, cancellation);
            await socket.SendAsync(Request, cancellation);
            return await ReceiveAsync(socket, cancellation);
        }
        catch (SocketException e)
        {
            Refused += e.SocketErrorCode == SocketError.ConnectionRefused ? 1 : 0;
            return false;
        }
    }

    private async Task<bool> ReceiveAsync(Socket socket, CancellationToken cancellation)
    {
        int length = 0;
        int read;
        while ((read = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellation)) > 0)
        {
            length += read;
        }

        return _buffer.AsSpan(0, length).IndexOf(_expected) >= 0;
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private static CancellationTokenSource Limited(CancellationToken cancellation)
    {
        var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(Limit);
        return limited;
    }
}

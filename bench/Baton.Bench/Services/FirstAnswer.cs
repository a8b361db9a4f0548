using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Baton.Bench.Services;

/// <summary>Finds the moment in which a certain process answers first: asks, each time on a new connection, until it does.</summary>
internal static class FirstAnswer
{
    /// <summary>Short against a start of some 200 ms, and long enough that asking takes little from the processors.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private static readonly byte[] Request = "GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"u8.ToArray();

    /// <returns>The pid that answered.</returns>
    /// <exception cref="TimeoutException">None of the expected processes did within the limit.</exception>
    public static async Task<int> WaitAsync(IPEndPoint address, Func<int, bool> expected, TimeSpan limit, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(limit);
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                if (await AskAsync(address, buffer, deadline.Token) is { } pid && expected(pid))
                {
                    return pid;
                }

                await Task.Delay(Pause, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    /// <summary>Of the process that gave this response, as its header says; null when the header is not there, or not yet.</summary>
    public static int? PidIn(string response)
    {
        const string Header = "X-Pid: ";
        int start = response.IndexOf(Header, StringComparison.OrdinalIgnoreCase) + Header.Length;
        int end = response.IndexOf("\r\n", start, StringComparison.Ordinal);
        return start >= Header.Length && end > start ? int.Parse(response.AsSpan(start..end), CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The process that answered, as its header says; null when nobody listens.</summary>
    private static async Task<int?> AskAsync(IPEndPoint address, byte[] buffer, CancellationToken cancellation)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellation);
            await socket.SendAsync(Request, cancellation);
            int length = 0;
            int read;
            while ((read = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation)) > 0)
            {
                length += read;
                if (PidIn(Encoding.ASCII.GetString(buffer, 0, length)) is { } pid)
                {
                    return pid;
                }
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // Not yet.
        }

        return null;
    }
}

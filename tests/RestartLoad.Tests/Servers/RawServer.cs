using System.Net;
using System.Net.Sockets;

namespace RestartLoad.Tests.Servers;

/// <summary>
/// A server on a raw socket that does to each connection what its script says, right or wrong. When the script returns the
/// connection is closed in good order.
/// </summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopped = new();
    private readonly Func<RawConnection, Task> _script;
    private readonly Task _accepting;

    public RawServer(Func<RawConnection, Task> script)
    {
        _script = script;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public string Url => $"http://{_listener.LocalEndPoint}";

    /// <summary>Answers every request on every connection with 200 and this pid.</summary>
    public static RawServer Answering(Func<int> pid) => new(async connection =>
    {
        while (await connection.ReadRequestAsync())
        {
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nX-Pid: {pid()}\r\nContent-Length: 2\r\n\r\nok");
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptAsync(_stopped.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(Socket socket)
    {
        using RawConnection connection = new(socket, _stopped.Token);
        try
        {
            await _script(connection);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException
            or EndOfStreamException or ObjectDisposedException)
        {
            // The client went away, the server was stopped, or the script has reset the connection.
        }
    }
}

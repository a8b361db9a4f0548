using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace RestartLoad.Tests.Servers;

/// <summary>The server's end of a connection.</summary>
internal sealed class RawConnection(Socket socket, CancellationToken stopped) : IDisposable
{
    public CancellationToken Stopped => stopped;

    /// <summary>Reads a whole request, of which the body must have a Content-Length; false when the client has closed.</summary>
    public async Task<bool> ReadRequestAsync()
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await socket.ReceiveAsync(one, stopped) == 0)
            {
                return false;
            }

            head.Append((char)one[0]);
        }

        await ReadExactlyAsync(ContentLengthOf(head.ToString()));
        return true;
    }

    public async Task<byte[]> ReadExactlyAsync(int length)
    {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length;)
        {
            int received = await socket.ReceiveAsync(bytes.AsMemory(done), stopped);
            done += received > 0 ? received : throw new EndOfStreamException();
        }

        return bytes;
    }

    public Task WriteAsync(string text) => WriteAsync(Encoding.Latin1.GetBytes(text));

    public async Task WriteAsync(byte[] bytes)
    {
        for (int done = 0; done < bytes.Length;)
        {
            done += await socket.SendAsync(bytes.AsMemory(done), stopped);
        }
    }

    /// <summary>Ends the connection with RST instead of FIN.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <summary>FIN, and then nothing until the client closes too.</summary>
    public async Task CloseInGoodOrderAsync()
    {
        socket.Shutdown(SocketShutdown.Send);
        await WaitForCloseAsync();
    }

    /// <summary>Waits until the client has closed: its FIN, or a reset where .NET closes the socket in the middle of a send.</summary>
    public async Task WaitForCloseAsync()
    {
        byte[] ignored = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(ignored, stopped) > 0)
            {
                // What the client still sends does not matter.
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // It has closed.
        }
    }

    public void Dispose() => socket.Dispose();

    private static int ContentLengthOf(string head)
    {
        const string Name = "Content-Length: ";
        int start = head.IndexOf(Name, StringComparison.Ordinal);
        return start < 0
            ? 0
            : int.Parse(head[(start + Name.Length)..].Split("\r\n")[0], CultureInfo.InvariantCulture);
    }
}

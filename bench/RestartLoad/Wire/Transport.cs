using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using RestartLoad.Measuring;

namespace RestartLoad.Wire;

/// <summary>One connection, plain or TLS. Owns its socket; disposing it while a read is pending ends the read.</summary>
internal sealed class Transport : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;

    private Transport(Socket socket, Stream stream) => (_socket, _stream) = (socket, stream);

    /// <summary>
    /// True when a read would not block. On a connection that awaits no answer this means its end (or something nobody asked
    /// for): what a connection pool tests before it uses a connection again.
    /// </summary>
    public bool IsReadable => _socket.Poll(0, SelectMode.SelectRead);

    /// <param name="target">Where to connect.</param>
    /// <param name="protocol">What TLS must agree on (ALPN).</param>
    /// <param name="receiveBufferSize">Size of the kernel's receive buffer; null: as the kernel likes.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public static async Task<Transport> ConnectAsync(
        Target target, SslApplicationProtocol protocol, int? receiveBufferSize, CancellationToken cancellation)
    {
        Socket socket = target.Address is IPEndPoint
            ? new Socket(target.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (receiveBufferSize is { } size)
            {
                socket.ReceiveBufferSize = size;
            }

            await socket.ConnectAsync(target.Address, cancellation);
            NetworkStream plain = new(socket);
            Stream stream = target.UsesTls ? await SecureAsync(plain, protocol, cancellation) : plain;
            return new Transport(socket, stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        _stream.WriteAsync(bytes, cancellation);

    /// <summary>Reads what is there, at least one byte; 0 at the end of the stream.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) =>
        _stream.ReadAsync(buffer, cancellation);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _stream.DisposeAsync();
    }

    private static async Task<Stream> SecureAsync(
        NetworkStream plain, SslApplicationProtocol protocol, CancellationToken cancellation)
    {
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = "localhost",
            ApplicationProtocols = [protocol],

            // Any certificate will do: the target is on this machine, and its certificate is self-signed.
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        };
        SslStream secure = new(plain);
        try
        {
            await secure.AuthenticateAsClientAsync(options, cancellation);
        }
        catch (IOException eof) when (eof.InnerException is null)
        {
            // SslStream's way to say that the peer closed during the handshake.
            throw new RequestFailedException(Outcome.ClosedWithoutAnswer, "closed during the TLS handshake", inner: eof);
        }

        // A server without ALPN talks HTTP/1.1, so only HTTP/2 has to have been agreed upon.
        return protocol == SslApplicationProtocol.Http2 && secure.NegotiatedApplicationProtocol != protocol
            ? throw new RequestFailedException(Outcome.ConnectFailed, "TLS did not agree on h2")
            : secure;
    }
}

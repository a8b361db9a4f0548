using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>Opens connections to one endpoint and finds its protocol: by ALPN with TLS, by Kestrel's answer without.</summary>
/// <param name="door">The side door of the endpoint.</param>
/// <param name="tls">Whether it begins with a TLS handshake.</param>
/// <param name="chosen">Whether the application chose this endpoint. Others get requests only if they have HTTP.</param>
/// <param name="host">The host of the requests.</param>
/// <param name="sockets">Makes connections.</param>
internal sealed class WarmUpEndpoint(SideDoor door, bool tls, bool chosen, string host, SocketConnectionContextFactory sockets)
{
    private bool _http2;

    /// <summary>The name for messages.</summary>
    internal string Name { get; } = $"{(tls ? "https" : "http")}://{(door.EndPoint is IPEndPoint ? "" : "unix:")}{door.EndPoint}";

    /// <summary>Whether the endpoint is known to have no HTTP. Then no connection is opened.</summary>
    internal bool IsWithoutHttp => !chosen && door.Protocol.NeverReachesHttp;

    /// <summary>Opens a connection, uses it, closes it, and waits until the server is done with it.</summary>
    /// <param name="use">Sends requests.</param>
    /// <param name="cancel">Aborts the connection at once.</param>
    /// <returns>False if something else than HTTP took the connection; nothing was sent.</returns>
    internal async Task<bool> ConnectAsync(Func<IWarmUpClient, Task> use, CancellationToken cancel)
    {
        (Stream stream, WarmUpConnection connection) = door.Enter(sockets, tls);
        try
        {
            await using (stream.ConfigureAwait(false))
            {
                IWarmUpClient client = await GreetAsync(stream, cancel).ConfigureAwait(false);
                await using (client.ConfigureAwait(false))
                {
                    if (!chosen && !await connection.FindsHttp.WaitAsync(cancel).ConfigureAwait(false))
                    {
                        connection.LeaveAlone();
                        return false;
                    }

                    await use(client).ConfigureAwait(false);
                }
            }

            await connection.Gone.WaitAsync(cancel).ConfigureAwait(false);
            return true;
        }
        finally
        {
            connection.Forget();
        }
    }

    /// <summary>Changes to HTTP/2.</summary>
    /// <returns>False if it spoke HTTP/2 already.</returns>
    internal bool SpeakHttp2() => !tls && !_http2 && (_http2 = true);

    private async Task<IWarmUpClient> GreetAsync(Stream stream, CancellationToken cancel)
    {
        if (!tls)
        {
            return _http2 ? new Http2Client(stream, tls, host) : new Http1Client(stream, host);
        }

        var encrypted = new SslStream(stream);
        await encrypted.AuthenticateAsClientAsync(Handshake, cancel).ConfigureAwait(false);
        return encrypted.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2
            ? new Http2Client(encrypted, tls, host)
            : new Http1Client(encrypted, host);
    }

    private SslClientAuthenticationOptions Handshake => new()
    {
        TargetHost = host,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
#pragma warning disable CA5359 // both ends are this process: there is nobody whose certificate could be wrong
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
    };
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Baton.Interop;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore.Affinity;

/// <summary>
/// An older process of the service, as a server of the requests that belong to it: HTTP/2 over one private connection, a socket
/// pair whose other end was passed to that process. Nobody else can connect to it, and it ends with that process.
/// </summary>
internal sealed class OlderServer
{
    private readonly HttpMessageInvoker _client;
    private readonly TimeSpan _limit;
    private bool _answers;
    private volatile bool _isDeaf;

    /// <param name="connect">Makes a connection whose other end the older process has. It may block.</param>
    /// <param name="limit">The time for a connection, and for the answer to a question.</param>
    internal OlderServer(Func<Descriptor> connect, TimeSpan limit)
    {
        _limit = limit;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) => ToStream(await Task.Run(connect, cancel).ConfigureAwait(false)),
            ConnectTimeout = limit,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            MaxResponseHeadersLength = 128,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        });
    }

    /// <summary>Whether it, or one that is older still, has something.</summary>
    internal async Task<bool> HasAsync(AffinityKey key, CancellationToken cancellationToken)
    {
        if (_isDeaf)
        {
            return false;
        }

        using HttpRequestMessage request = ForwardedRequest.New(HttpMethod.Get, "/");
        key.AskBy(request);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_limit);
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(request, limit.Token).ConfigureAwait(false);
            _answers = true;
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // It is gone, or its version of Baton, or its application, knows of no such connections.
            _isDeaf = !_answers;
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It is stopped, or has too much to do.
            return false;
        }
    }

    /// <summary>Forwards a request, and its answer.</summary>
    /// <returns>False if it did not get it: nothing was done with it.</returns>
    internal Task<bool> TryForwardAsync(HttpContext context) => ForwardedRequest.TryForwardAsync(context, _client);

    private static NetworkStream ToStream(Descriptor descriptor)
    {
        var handle = new SafeSocketHandle(descriptor.Number, ownsHandle: true);
        descriptor.SetHandleAsInvalid();
        return new NetworkStream(new Socket(handle), ownsSocket: true);
    }
}

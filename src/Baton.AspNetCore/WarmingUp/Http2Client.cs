using System.Net;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>A client for HTTP/2 over one given connection.</summary>
internal sealed class Http2Client : IWarmUpClient
{
    private readonly Stream _stream;
    private readonly HttpClient _client;
    private readonly string _root;

    internal Http2Client(Stream stream, bool tls, string host)
    {
        _stream = stream;
        _root = $"{(tls ? "https" : "http")}://{host}";
        var handler = new SocketsHttpHandler
        {
            // Over TLS the stream is an SslStream, with its handshake done.
            ConnectCallback = (_, _) => ValueTask.FromResult(stream),
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public bool HasEnded => false;

    public async Task<WarmUpAnswer> AskAsync(WarmUpRequest request, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), _root + request.Path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        message.Headers.Add(WarmUpFeature.HeaderName, "1");
        foreach ((string name, string value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using HttpResponseMessage answer = await _client.SendAsync(message, cancel).ConfigureAwait(false);
            return new WarmUpAnswer((int)answer.StatusCode);
        }
        catch (HttpRequestException e)
        {
            throw new IOException(e.InnerException?.Message ?? e.Message, e);
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _stream.DisposeAsync();
    }
}

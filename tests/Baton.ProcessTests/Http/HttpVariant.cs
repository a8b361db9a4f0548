using System.Net;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests.Http;

/// <summary>One of the ways to speak HTTP, by its name: how the service is started for it, and a client that speaks nothing else.</summary>
internal sealed class HttpVariant(string name) : IDisposable
{
    internal const string Http1 = "HTTP/1.1";
    internal const string Http1OverTls = "HTTP/1.1 over TLS";
    internal const string Http2 = "HTTP/2";
    internal const string Http2OverTls = "HTTP/2 over TLS";

    private readonly TestCertificate _certificate = new();

    internal ServiceSetup Setup => new()
    {
        Arguments = name switch
        {
            Http1OverTls or Http2OverTls => _certificate.Endpoint,
            Http2 => ["--Kestrel:Endpoints:H2c:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:H2c:Protocols=Http2"],
            _ => ["--urls", "http://127.0.0.1:0"],
        },
    };

    internal HttpClient NewClient(ServiceAddress address)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = TestCertificate.IsIt;
        return new HttpClient(handler)
        {
            BaseAddress = address.Uri,
            DefaultRequestVersion = name is Http2 or Http2OverTls ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public void Dispose() => _certificate.Dispose();
}

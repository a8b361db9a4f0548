using System.Collections.Concurrent;
using System.Net;
using Baton.ProcessTests.Http;

namespace Baton.ProcessTests.Otlp;

/// <summary>What a collector would get: an endpoint for OTLP over HTTP that keeps all spans and points.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<OtlpSpan> _spans = new();
    private readonly ConcurrentQueue<OtlpPoint> _points = new();
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    internal OtlpReceiver()
    {
        Endpoint = $"http://127.0.0.1:{FreePort.Next()}/";
        _listener.Prefixes.Add(Endpoint);
        _listener.Start();
        _serving = ServeAsync();
    }

    internal string Endpoint { get; }

    internal IReadOnlyList<OtlpSpan> Spans => [.. _spans];

    /// <summary>Of Baton's own.</summary>
    internal IReadOnlyList<OtlpPoint> Points => [.. _points.Where(p => p.Name.StartsWith("baton.", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // Closed.
                return;
            }

            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            Keep(context.Request.Url!.AbsolutePath, new ProtobufMessage(body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    private void Keep(string path, ProtobufMessage request)
    {
        if (path == "/v1/traces")
        {
            foreach (OtlpSpan span in OtlpSpan.Of(request))
            {
                _spans.Enqueue(span);
            }
        }
        else if (path == "/v1/metrics")
        {
            foreach (OtlpPoint point in OtlpPoint.Of(request))
            {
                _points.Enqueue(point);
            }
        }
    }
}

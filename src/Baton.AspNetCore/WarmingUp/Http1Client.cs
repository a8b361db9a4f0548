using System.Globalization;
using System.Text;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>
/// A client for HTTP/1.1, as far as the warm-up needs it. HttpClient would cost more time than the rest of the warm-up.
/// </summary>
internal sealed class Http1Client(Stream stream, string host) : IWarmUpClient
{
    // Kestrel's answer on an endpoint for HTTP/2 only (Http2Connection).
    private const string Http2Only = "An HTTP/1.x request was sent to an HTTP/2 only endpoint.";

    private readonly Http1Reader _reader = new(stream);

    public bool HasEnded { get; private set; }

    public async Task<WarmUpAnswer> AskAsync(WarmUpRequest request, CancellationToken cancel)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Write(request)), cancel).ConfigureAwait(false);
        int status;
        Framing framing;
        do
        {
            (status, framing) = await ReadHeadAsync(cancel).ConfigureAwait(false);
        }
        while (status is > 100 and < 200 and not 101);

        HasEnded = framing.Closes || status == 101;
        if (status == 400 && framing is { Closes: true, Length: 56 })
        {
            return new WarmUpAnswer(
                status, WantsHttp2: await _reader.ReadTextAsync(56, cancel).ConfigureAwait(false) == Http2Only);
        }

        if (status is not (101 or 204 or 304) && request.Method != "HEAD")
        {
            await SkipBodyAsync(framing, cancel).ConfigureAwait(false);
        }

        return new WarmUpAnswer(status);
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private ValueTask SkipBodyAsync(Framing framing, CancellationToken cancel)
    {
        if (framing.Chunked)
        {
            return _reader.SkipChunksAsync(cancel);
        }

        HasEnded |= framing.Length is null;
        return framing.Length is { } length ? _reader.SkipAsync(length, cancel) : _reader.SkipToEndAsync(cancel);
    }

    private async ValueTask<(int Status, Framing Framing)> ReadHeadAsync(CancellationToken cancel)
    {
        string line = await _reader.ReadLineAsync(cancel).ConfigureAwait(false);
        if (!line.StartsWith("HTTP/1.", StringComparison.Ordinal)
            || line.Length < 12
            || !int.TryParse(line.AsSpan(9, 3), CultureInfo.InvariantCulture, out int status))
        {
            throw new IOException($"the answer is not HTTP: '{line[..Math.Min(line.Length, 40)]}'");
        }

        var framing = default(Framing);
        while (await _reader.ReadLineAsync(cancel).ConfigureAwait(false) is { Length: > 0 } header)
        {
            int colon = header.IndexOf(':', StringComparison.Ordinal);
            framing = colon < 0 ? framing : framing.With(header[..colon], header[(colon + 1)..].Trim());
        }

        return (status, framing);
    }

    private string Write(WarmUpRequest request)
    {
        var head = new StringBuilder($"{request.Method} {request.Path} HTTP/1.1\r\n");
        if (!request.Headers.ContainsKey("Host"))
        {
            head.Append("Host: ").Append(host).Append("\r\n");
        }

        head.Append(WarmUpFeature.HeaderName).Append(": 1\r\n");
        foreach ((string name, string value) in request.Headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return head.Append(request.Method is "GET" or "HEAD" ? "\r\n" : "Content-Length: 0\r\n\r\n").ToString();
    }

    /// <summary>How the end of the answer is found.</summary>
    private readonly record struct Framing(long? Length, bool Chunked, bool Closes)
    {
        internal Framing With(string name, string value)
        {
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
                    ? this with { Length = length }
                    : throw new IOException($"the answer has a length of '{value}'");
            }

            if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                return this with { Chunked = value.EndsWith("chunked", StringComparison.OrdinalIgnoreCase) };
            }

            bool closes = name.Equals("Connection", StringComparison.OrdinalIgnoreCase)
                && value.Equals("close", StringComparison.OrdinalIgnoreCase);
            return this with { Closes = Closes || closes };
        }
    }
}

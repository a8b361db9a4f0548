using System.Globalization;
using RestartLoad.Measuring;
using RestartLoad.Wire;

namespace RestartLoad.Http1;

/// <summary>Reads one body in any of HTTP/1.1's three framings and hands it to the check.</summary>
/// <param name="buffer">Where the bytes come from.</param>
/// <param name="check">Where they go.</param>
/// <param name="pause">How long to wait after every receive: a slow reader.</param>
internal sealed class BodyReader(ReceiveBuffer buffer, BodyCheck check, TimeSpan pause)
{
    public async Task ReadAsync(ResponseHead head, CancellationToken cancellation)
    {
        if (head.HasNoBody)
        {
            return;
        }

        if (head.IsChunked)
        {
            await ReadChunksAsync(cancellation);
        }
        else if (head.ContentLength is { } length)
        {
            await ReadExactlyAsync(length, cancellation);
        }
        else
        {
            await ReadToEndAsync(cancellation);
        }

        check.Complete();
    }

    private async Task ReadExactlyAsync(long length, CancellationToken cancellation)
    {
        for (long left = length; left > 0;)
        {
            if (buffer.IsEmpty)
            {
                await FillAsync($"{length - left} of {length} bytes of the body", cancellation);
            }

            left -= AcceptFrom(left);
        }
    }

    private async Task ReadChunksAsync(CancellationToken cancellation)
    {
        while (true)
        {
            string line = await ReadLineAsync(cancellation);
            string size = line.Split(';', 2)[0].Trim();
            if (!int.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int length) || length < 0)
            {
                throw new RequestFailedException(Outcome.Malformed, $"malformed answer: chunk size '{line}'");
            }

            if (length == 0)
            {
                break;
            }

            await ReadExactlyAsync(length, cancellation);
            if ((await ReadLineAsync(cancellation)).Length > 0)
            {
                throw new RequestFailedException(Outcome.Malformed, "malformed answer: chunk longer than its size");
            }
        }

        while ((await ReadLineAsync(cancellation)).Length > 0)
        {
            // Trailers, of which none matters here.
        }
    }

    private async Task ReadToEndAsync(CancellationToken cancellation)
    {
        do
        {
            AcceptFrom(long.MaxValue);
        }
        while (await ReceiveAsync(cancellation));
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (buffer.TryTakeUntil("\r\n"u8) is { } line)
            {
                return line;
            }

            await FillAsync("a part of the chunked body", cancellation);
        }
    }

    private async Task FillAsync(string soFar, CancellationToken cancellation)
    {
        if (!await ReceiveAsync(cancellation))
        {
            throw new RequestFailedException(Outcome.Truncated, $"closed after {soFar}");
        }
    }

    private async Task<bool> ReceiveAsync(CancellationToken cancellation)
    {
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, cancellation);
        }

        return await buffer.FillAsync(cancellation);
    }

    private int AcceptFrom(long limit)
    {
        ReadOnlySpan<byte> bytes = buffer.Take(limit);
        check.Accept(bytes);
        return bytes.Length;
    }
}

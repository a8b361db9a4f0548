using System.Globalization;
using System.Text;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>Reads one HTTP/1.1 connection as lines and counted parts (RFC 9112).</summary>
internal sealed class Http1Reader(Stream stream)
{
    private const int LongestLine = 64 * 1024;

    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <exception cref="IOException">The connection has ended, or the line does not.</exception>
    internal async ValueTask<string> ReadLineAsync(CancellationToken cancel)
    {
        var line = new StringBuilder();
        while (true)
        {
            await RequireMoreAsync(cancel).ConfigureAwait(false);
            int length = _buffer.AsSpan(_start.._end).IndexOf((byte)'\n');
            int take = length < 0 ? _end - _start : length + 1;
            line.Append(Encoding.Latin1.GetString(_buffer, _start, take));
            _start += take;
            if (length >= 0)
            {
                return line.ToString(0, line.Length - (line is [.., '\r', '\n'] ? 2 : 1));
            }

            if (line.Length > LongestLine)
            {
                throw new IOException("a line of the answer does not end");
            }
        }
    }

    /// <summary>Reads a text of a known length.</summary>
    internal async ValueTask<string> ReadTextAsync(int count, CancellationToken cancel)
    {
        byte[] text = new byte[count];
        for (int got = 0; got < count;)
        {
            await RequireMoreAsync(cancel).ConfigureAwait(false);
            int take = Math.Min(count - got, _end - _start);
            _buffer.AsSpan(_start, take).CopyTo(text.AsSpan(got));
            _start += take;
            got += take;
        }

        return Encoding.Latin1.GetString(text);
    }

    /// <summary>Reads and drops bytes.</summary>
    internal async ValueTask SkipAsync(long count, CancellationToken cancel)
    {
        while (count > 0)
        {
            await RequireMoreAsync(cancel).ConfigureAwait(false);
            int take = (int)Math.Min(count, _end - _start);
            _start += take;
            count -= take;
        }
    }

    internal async ValueTask SkipChunksAsync(CancellationToken cancel)
    {
        long size;
        do
        {
            string line = await ReadLineAsync(cancel).ConfigureAwait(false);
            ReadOnlySpan<char> digits = line.AsSpan(0, line.AsSpan().IndexOf(';') is >= 0 and var end ? end : line.Length);
            if (!long.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out size))
            {
                throw new IOException($"the answer has a chunk of '{line}' bytes");
            }

            await SkipAsync(size, cancel).ConfigureAwait(false);
            string after;
            do
            {
                // The end of the chunk. After the last one the trailers follow, up to an empty line.
                after = await ReadLineAsync(cancel).ConfigureAwait(false);
            }
            while (after.Length > 0);
        }
        while (size > 0);
    }

    internal async ValueTask SkipToEndAsync(CancellationToken cancel)
    {
        do
        {
            _start = _end;
        }
        while (await FillAsync(cancel).ConfigureAwait(false));
    }

    private async ValueTask RequireMoreAsync(CancellationToken cancel)
    {
        if (_start == _end && !await FillAsync(cancel).ConfigureAwait(false))
        {
            throw new IOException("the server ended the connection without a whole answer");
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer, cancel).ConfigureAwait(false);
        return _end > 0;
    }
}

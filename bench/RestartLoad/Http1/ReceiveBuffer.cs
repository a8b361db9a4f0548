using System.Text;
using RestartLoad.Measuring;
using RestartLoad.Wire;

namespace RestartLoad.Http1;

/// <summary>What was received and not yet looked at.</summary>
internal sealed class ReceiveBuffer(Transport transport)
{
    private readonly byte[] _bytes = new byte[16 * 1024];
    private int _start;
    private int _end;

    public bool IsEmpty => _start == _end;

    /// <summary>Receives more; false at the end of the stream. Only with room left, which a bounded line guarantees.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start.._end).CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }

        int received = await transport.ReadAsync(_bytes.AsMemory(_end), cancellation);
        _end += received;
        return received > 0;
    }

    /// <summary>
    /// Takes everything up to <paramref name="delimiter"/>, which is swallowed; null when it has not arrived yet.
    /// </summary>
    /// <exception cref="RequestFailedException">The buffer is full without it.</exception>
    public string? TryTakeUntil(ReadOnlySpan<byte> delimiter)
    {
        ReadOnlySpan<byte> unread = _bytes.AsSpan(_start.._end);
        int length = unread.IndexOf(delimiter);
        if (length < 0)
        {
            return unread.Length < _bytes.Length
                ? null
                : throw new RequestFailedException(Outcome.Malformed, $"malformed answer: no end within {unread.Length} bytes");
        }

        _start += length + delimiter.Length;
        return Encoding.Latin1.GetString(unread[..length]);
    }

    /// <summary>Takes what is there, at most <paramref name="limit"/> bytes. The span is valid until the next call.</summary>
    public ReadOnlySpan<byte> Take(long limit)
    {
        int length = (int)Math.Min(limit, _end - _start);
        _start += length;
        return _bytes.AsSpan(_start - length, length);
    }
}

namespace Baton.Control;

/// <summary>
/// Splits received bytes into lines. Holds at most one line of maximal length and the bytes that came with its end.
/// </summary>
internal sealed class LineBuffer(int longest)
{
    private const int FirstSize = 4096;

    private byte[] _bytes = new byte[FirstSize];
    private int _start;
    private int _end;

    // The position to search from: there is no line end before it.
    private int _searched;

    /// <summary>The buffer for the next bytes; never empty.</summary>
    internal Memory<byte> Free()
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            (_end, _searched, _start) = (_end - _start, _searched - _start, 0);
        }

        if (_end == _bytes.Length)
        {
            Array.Resize(ref _bytes, _bytes.Length * 2);
        }

        return _bytes.AsMemory(_end);
    }

    /// <summary>Adds bytes that were written there.</summary>
    internal void Filled(int count) => _end += count;

    /// <summary>The next line without its end; valid until <see cref="Free"/> is called.</summary>
    /// <returns>False if it is not complete.</returns>
    /// <exception cref="ControlException">The line is too long.</exception>
    internal bool TryTake(out ReadOnlyMemory<byte> line)
    {
        int found = _bytes.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
        int length = (found < 0 ? _end : _searched + found) - _start;
        if (length > longest)
        {
            throw new ControlException(ControlFailure.ProtocolError, $"A line is longer than {longest} bytes.");
        }

        line = _bytes.AsMemory(_start, length);
        _searched = found < 0 ? _end : _searched + found + 1;
        _start = found < 0 ? _start : _searched;
        return found >= 0;
    }
}

namespace Baton.AspNetCore;

/// <summary>Finds some bytes in a stream, however it is cut into pieces (Knuth, Morris and Pratt).</summary>
internal sealed class ByteMatch
{
    private readonly byte[] _wanted;

    // For each length of a match: the longest shorter one that the same bytes end with.
    private readonly int[] _shorter;
    private int _matched;

    internal ByteMatch(byte[] wanted)
    {
        (_wanted, _shorter) = (wanted, new int[wanted.Length + 1]);
        for (int i = 1, length = 0; i < wanted.Length; i++)
        {
            length = Next(length, wanted[i]);
            _shorter[i + 1] = length;
        }
    }

    /// <summary>Whether they have come.</summary>
    internal bool IsFound { get; private set; }

    internal void Feed(ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length && !IsFound; i++)
        {
            _matched = Next(_matched, bytes[i]);
            IsFound = _matched == _wanted.Length;
        }
    }

    private int Next(int length, byte next)
    {
        while (length > 0 && _wanted[length] != next)
        {
            length = _shorter[length];
        }

        return _wanted[length] == next ? length + 1 : 0;
    }
}

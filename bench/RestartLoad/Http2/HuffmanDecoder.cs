using RestartLoad.Measuring;

namespace RestartLoad.Http2;

/// <summary>
/// HPACK's Huffman code (RFC 7541, appendix B). The code is canonical: codes of one length follow each other in the order of
/// their symbols, so the lengths alone define it.
/// </summary>
internal static class HuffmanDecoder
{
    private const int EndOfString = 256;
    private const int LongestCode = 30;

    private static ReadOnlySpan<byte> LengthOfSymbol =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28,
        28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11,
        10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8,
        15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5,
        6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
        7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
        23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21,
        23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25,
        26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26,
        28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
    ];

    /// <summary>Symbols in the order of their codes, and for each length its first code and where its symbols begin.</summary>
    private static readonly int[] Symbols =
        [.. Enumerable.Range(0, EndOfString + 1).OrderBy(static symbol => LengthOfSymbol[symbol])];

    private static readonly (int FirstCode, int FirstIndex, int Count)[] CodesOfLength = BuildCodes();

    /// <exception cref="RequestFailedException">Not a sequence of codes with a padding of ones.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> encoded)
    {
        List<byte> decoded = new(encoded.Length * 2);
        int code = 0;
        int length = 0;
        foreach (byte octet in encoded)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                code = (code << 1) | ((octet >> bit) & 1);
                length++;
                int symbol = SymbolOf(code, length);
                if (symbol >= 0)
                {
                    decoded.Add(symbol < EndOfString ? (byte)symbol : throw Malformed());
                    (code, length) = (0, 0);
                }
            }
        }

        bool isPadding = length < 8 && code == (1 << length) - 1;
        return isPadding ? [.. decoded] : throw Malformed();
    }

    /// <summary>The symbol of this code, or -1 when it is only the beginning of one.</summary>
    private static int SymbolOf(int code, int length)
    {
        if (length > LongestCode)
        {
            throw Malformed();
        }

        (int firstCode, int firstIndex, int count) = CodesOfLength[length];
        int offset = code - firstCode;
        return offset >= 0 && offset < count ? Symbols[firstIndex + offset] : -1;
    }

    private static (int FirstCode, int FirstIndex, int Count)[] BuildCodes()
    {
        var codes = new (int FirstCode, int FirstIndex, int Count)[LongestCode + 1];
        int code = 0;
        int index = 0;
        for (int length = 1; length <= LongestCode; length++)
        {
            int count = LengthOfSymbol.Count((byte)length);
            codes[length] = (code, index, count);
            code = (code + count) << 1;
            index += count;
        }

        return codes;
    }

    private static RequestFailedException Malformed() => new(Outcome.Malformed, "malformed answer: Huffman code");
}

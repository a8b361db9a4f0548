using System.Text;
using RestartLoad.Measuring;

namespace RestartLoad.Http2;

/// <summary>
/// Decodes a header block of a peer that we told to keep no dynamic table (SETTINGS_HEADER_TABLE_SIZE 0): what it adds is
/// evicted at once, so blocks do not depend on each other.
/// </summary>
internal ref struct HpackDecoder(ReadOnlySpan<byte> block)
{
    private ReadOnlySpan<byte> _rest = block;

    /// <exception cref="RequestFailedException"><see cref="Outcome.Malformed"/></exception>
    public static List<(string Name, string Value)> Decode(ReadOnlySpan<byte> block)
    {
        HpackDecoder decoder = new(block);
        List<(string Name, string Value)> fields = [];
        while (!decoder._rest.IsEmpty)
        {
            decoder.DecodeField(fields);
        }

        return fields;
    }

    private void DecodeField(List<(string Name, string Value)> fields)
    {
        // The first bits tell the representation (RFC 7541, section 6).
        switch (_rest[0])
        {
            case >= 0x80: // indexed
                fields.Add(Entry(TakeInteger(7)));
                break;
            case >= 0x40: // literal, to be added to the dynamic table
                fields.Add(TakeLiteral(6));
                break;
            case >= 0x20: // size of the dynamic table
                if (TakeInteger(5) != 0)
                {
                    throw Malformed("a dynamic table although none is allowed");
                }

                break;
            default: // literal, not to be added or never to be
                fields.Add(TakeLiteral(4));
                break;
        }
    }

    private (string Name, string Value) TakeLiteral(int prefixBits)
    {
        int index = TakeInteger(prefixBits);
        string name = index == 0 ? TakeString() : Entry(index).Name;
        return (name, TakeString());
    }

    private int TakeInteger(int prefixBits)
    {
        int mask = (1 << prefixBits) - 1;
        long value = TakeByte() & mask;
        if (value < mask)
        {
            return (int)value;
        }

        for (int shift = 0; shift <= 21; shift += 7)
        {
            int octet = TakeByte();
            value += (long)(octet & 0x7f) << shift;
            if (octet < 0x80)
            {
                return (int)value;
            }
        }

        throw Malformed("an integer that is too long");
    }

    private string TakeString()
    {
        bool isHuffman = !_rest.IsEmpty && _rest[0] >= 0x80;
        int length = TakeInteger(7);
        if (length > _rest.Length)
        {
            throw Malformed("a string longer than its block");
        }

        ReadOnlySpan<byte> bytes = _rest[..length];
        _rest = _rest[length..];
        return Encoding.Latin1.GetString(isHuffman ? HuffmanDecoder.Decode(bytes) : bytes);
    }

    private byte TakeByte()
    {
        byte first = _rest.IsEmpty ? throw Malformed("a header block that ends within a field") : _rest[0];
        _rest = _rest[1..];
        return first;
    }

    private static (string Name, string Value) Entry(int index) =>
        StaticTable.Find(index) ?? throw Malformed($"header index {index}");

    private static RequestFailedException Malformed(string what) => new(Outcome.Malformed, "malformed answer: " + what);
}

using System.Globalization;
using System.Text;
using RestartLoad.Wire;

namespace RestartLoad.Http2;

/// <summary>A request: its header block, encoded without Huffman and without a dynamic table, and its body.</summary>
internal sealed record Http2Request(byte[] HeaderBlock, ReadOnlyMemory<byte> Body)
{
    public static Http2Request Get(Target target) => new(Encode(target, StaticTable.MethodGet, "/", null), default);

    public static Http2Request Post(Target target, string path, ReadOnlyMemory<byte> body) =>
        new(Encode(target, StaticTable.MethodPost, path, body.Length), body);

    private static byte[] Encode(Target target, int method, string path, int? contentLength)
    {
        List<byte> block = [Indexed(method), Indexed(target.UsesTls ? StaticTable.SchemeHttps : StaticTable.SchemeHttp)];
        AddLiteral(block, StaticTable.PathRoot, path);
        AddLiteral(block, StaticTable.Authority, target.Authority);
        if (contentLength is { } length)
        {
            AddLiteral(block, StaticTable.ContentLength, length.ToString(CultureInfo.InvariantCulture));
        }

        return [.. block];
    }

    private static byte Indexed(int index) => (byte)(0x80 | index);

    /// <summary>
    /// A literal with an indexed name that nobody adds to a table. Values are short: their length fits seven bits.
    /// </summary>
    private static void AddLiteral(List<byte> block, int nameIndex, string value)
    {
        const int PrefixMask = 0x0f;
        if (nameIndex < PrefixMask)
        {
            block.Add((byte)nameIndex);
        }
        else
        {
            block.Add(PrefixMask);
            block.Add((byte)(nameIndex - PrefixMask));
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value.Length, 0x7f, nameof(value));
        block.Add((byte)value.Length);
        block.AddRange(Encoding.ASCII.GetBytes(value));
    }
}

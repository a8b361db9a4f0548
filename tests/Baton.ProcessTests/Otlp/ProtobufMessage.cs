using System.Buffers.Binary;
using System.Text;

namespace Baton.ProcessTests.Otlp;

/// <summary>One protobuf message as it is on the wire: numbers of fields and their values. What the numbers mean is said by whoever reads.</summary>
internal sealed class ProtobufMessage
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    private readonly ILookup<int, (ulong Number, ReadOnlyMemory<byte> Bytes)> _fields;

    internal ProtobufMessage(ReadOnlyMemory<byte> wire) => _fields = Parse(wire).ToLookup(f => f.Field, f => (f.Number, f.Bytes));

    internal ProtobufMessage Message(int field) => Messages(field).FirstOrDefault() ?? new ProtobufMessage(default);

    internal IEnumerable<ProtobufMessage> Messages(int field) => _fields[field].Select(f => new ProtobufMessage(f.Bytes));

    internal bool Has(int field) => _fields.Contains(field);

    internal string Text(int field) => Encoding.UTF8.GetString(_fields[field].FirstOrDefault().Bytes.Span);

    internal string Hex(int field) => Convert.ToHexStringLower(_fields[field].FirstOrDefault().Bytes.Span);

    internal long Number(int field) => (long)_fields[field].FirstOrDefault().Number;

    internal double Double(int field) => BitConverter.UInt64BitsToDouble(_fields[field].FirstOrDefault().Number);

    private static List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> Parse(ReadOnlyMemory<byte> wire)
    {
        var fields = new List<(int, ulong, ReadOnlyMemory<byte>)>();
        while (!wire.IsEmpty)
        {
            ulong key = ReadVarint(ref wire);
            int field = (int)(key >> 3);
            switch ((int)(key & 7))
            {
                case Varint:
                    fields.Add((field, ReadVarint(ref wire), default));
                    break;
                case Fixed64:
                    fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref wire, 8).Span), default));
                    break;
                case Bytes:
                    fields.Add((field, 0, Take(ref wire, (int)ReadVarint(ref wire))));
                    break;
                case Fixed32:
                    fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref wire, 4).Span), default));
                    break;
                default:
                    throw new FormatException($"Field {field} has wire type {key & 7}.");
            }
        }

        return fields;
    }

    private static ulong ReadVarint(ref ReadOnlyMemory<byte> wire)
    {
        ulong value = 0;
        int shift = 0;
        byte next;
        do
        {
            next = Take(ref wire, 1).Span[0];
            value |= (ulong)(next & 0x7f) << shift;
            shift += 7;
        }
        while (next >= 0x80);
        return value;
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> wire, int count)
    {
        ReadOnlyMemory<byte> taken = wire[..count];
        wire = wire[count..];
        return taken;
    }
}

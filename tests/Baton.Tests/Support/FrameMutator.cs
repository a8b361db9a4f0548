using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Baton.Handover;

namespace Baton.Tests.Support;

/// <summary>Makes bad frames out of good ones; equal seeds make equal frames.</summary>
internal sealed class FrameMutator(int seed, IReadOnlyList<HandoverMessage> messages)
{
    private static readonly int[] Lengths = [0, 1, -1, int.MinValue, int.MaxValue, HandoverProtocol.MaxFrameBytes, HandoverProtocol.MaxFrameBytes + 1];
    private readonly Random _random = new(seed);
    private readonly byte[][] _good = [.. messages.Select(ChannelFixture.Frame)];

    /// <summary>The next frame, header and body, and rarely one that is still good.</summary>
    internal byte[] Next()
    {
        byte[] frame = [.. Pick(_good)];
        int mutations = _random.Next(4);
        for (int i = 0; i <= mutations; i++)
        {
            frame = Mutate(frame);
        }

        return frame;
    }

    private byte[] Mutate(byte[] frame) => _random.Next(8) switch
    {
        0 => FlipBits(frame),
        1 => ChangeLength(frame),
        2 => frame[.._random.Next(frame.Length + 1)],
        3 => Splice(frame, Pick(_good)),
        4 => Insert(frame),
        5 => Repeat(frame),
        6 => ReplaceValue(),
        _ => Noise(),
    };

    private byte[] FlipBits(byte[] frame)
    {
        for (int flips = _random.Next(1, 8); flips > 0 && frame.Length > 0; flips--)
        {
            frame[_random.Next(frame.Length)] ^= (byte)(1 << _random.Next(8));
        }

        return frame;
    }

    private byte[] ChangeLength(byte[] frame)
    {
        if (frame.Length >= HandoverProtocol.HeaderBytes)
        {
            BinaryPrimitives.WriteInt32BigEndian(frame, _random.Next(2) == 0 ? Pick(Lengths) : frame.Length - HandoverProtocol.HeaderBytes + _random.Next(-3, 4));
        }

        return frame;
    }

    private byte[] Splice(byte[] frame, byte[] other) => [.. frame[.._random.Next(frame.Length + 1)], .. other[_random.Next(other.Length)..]];

    private byte[] Insert(byte[] frame)
    {
        int at = _random.Next(frame.Length + 1);
        return [.. frame[..at], .. Bytes(_random.Next(1, 16)), .. frame[at..]];
    }

    private byte[] Repeat(byte[] frame)
    {
        int start = _random.Next(frame.Length + 1);
        int end = _random.Next(start, frame.Length + 1);
        return [.. frame[..end], .. frame[start..end], .. frame[end..]];
    }

    /// <summary>A frame whose JSON is well-formed, with another value somewhere.</summary>
    private byte[] ReplaceValue()
    {
        byte[] frame = Pick(_good);
        JsonNode root = JsonNode.Parse(frame.AsSpan(HandoverProtocol.HeaderBytes))!;
        JsonNode[] below = [.. Below(root)];
        Pick(below).ReplaceWith(Value());
        return ChannelFixture.Frame(root.ToJsonString());
    }

    private JsonNode? Value() => _random.Next(7) switch
    {
        0 => null,
        1 => JsonValue.Create(_random.NextInt64()),
        2 => JsonValue.Create(1e300),
        3 => JsonValue.Create(new string((char)_random.Next(char.MaxValue), _random.Next(100))),
        4 => new JsonArray(null, null),
        5 => new JsonObject { ["kind"] = null },
        _ => JsonValue.Create(false),
    };

    private byte[] Noise() => Bytes(_random.Next(300));

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    private static IEnumerable<JsonNode> Below(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject members => members.Select(m => m.Value),
            JsonArray items => items,
            _ => [],
        };
        return children.OfType<JsonNode>().SelectMany(child => Below(child).Prepend(child));
    }
}

using System.Text.Json.Nodes;

namespace Baton.Tests.Control;

/// <summary>Makes bad lines out of good ones; equal seeds make equal lines.</summary>
internal sealed class LineMutator(int seed, IReadOnlyList<byte[]> good)
{
    private readonly Random _random = new(seed);

    /// <summary>The next bytes: one line, several, a part of one, or noise; rarely one that is still good.</summary>
    internal byte[] Next()
    {
        byte[] line = [.. Pick(good)];
        for (int mutations = _random.Next(4); mutations >= 0; mutations--)
        {
            line = Mutate(line);
        }

        return line;
    }

    private byte[] Mutate(byte[] line) => _random.Next(7) switch
    {
        0 => Flip(line),
        1 => line[.._random.Next(line.Length + 1)],
        2 => [.. line[.._random.Next(line.Length + 1)], .. Pick(good)],
        3 => [.. line, .. Enumerable.Repeat((byte)'[', _random.Next(2000))],
        4 => Replace(),
        5 => [.. line[.._random.Next(line.Length + 1)], .. Noise(), .. line],
        _ => Noise(),
    };

    private byte[] Flip(byte[] line)
    {
        for (int flips = _random.Next(1, 8); flips > 0 && line.Length > 0; flips--)
        {
            line[_random.Next(line.Length)] ^= (byte)(1 << _random.Next(8));
        }

        return line;
    }

    /// <summary>Well-formed, with another value somewhere.</summary>
    private byte[] Replace()
    {
        JsonNode root = JsonNode.Parse(Pick(good))!;
        JsonNode[] below = [.. Below(root)];
        Pick(below).ReplaceWith(Value());
        return [.. System.Text.Encoding.UTF8.GetBytes(root.ToJsonString()), (byte)'\n'];
    }

    private JsonNode? Value() => _random.Next(7) switch
    {
        0 => null,
        1 => JsonValue.Create(_random.NextInt64()),
        2 => JsonValue.Create(-1e300),
        3 => JsonValue.Create(new string((char)_random.Next(char.MaxValue), _random.Next(100))),
        4 => new JsonArray(null, null),
        5 => new JsonObject { ["kind"] = null },
        _ => JsonValue.Create(false),
    };

    private byte[] Noise()
    {
        byte[] bytes = new byte[_random.Next(300)];
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

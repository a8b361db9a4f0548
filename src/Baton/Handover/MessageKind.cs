using System.Buffers;
using System.Text.Json;

namespace Baton.Handover;

/// <summary>One kind of message: its name, and how its fields are written and read.</summary>
/// <param name="Type">The record of the kind.</param>
/// <param name="Name">The value of <c>kind</c>.</param>
/// <param name="Write">Writes the fields, inside an object.</param>
/// <param name="Read">Reads the fields; a missing field or a wrong type throws.</param>
internal sealed record MessageKind<TBase>(
    Type Type, string Name, Action<Utf8JsonWriter, TBase, JsonSize> Write, Func<JsonElement, TBase> Read)
    where TBase : class
{
    /// <summary>Whether a peer that does not know it may skip it.</summary>
    internal bool IsOptional { get; init; }

    internal static MessageKind<TBase> Of<T>(string name, Action<Utf8JsonWriter, T, JsonSize> write, Func<JsonElement, T> read)
        where T : class, TBase =>
        new(typeof(T), name, (json, message, size) => write(json, (T)message, size), read);

    /// <summary>The row of a message.</summary>
    /// <exception cref="ArgumentException">It has no row, and is never sent.</exception>
    internal static MessageKind<TBase> Find(MessageKind<TBase>[] rows, TBase message) =>
        Array.Find(rows, row => row.Type == message.GetType())
        ?? throw new ArgumentException($"{message.GetType().Name} is never sent.", nameof(message));

    /// <summary>The row of a name; null for a newer version's.</summary>
    internal static MessageKind<TBase>? Find(MessageKind<TBase>[] rows, string name) => Array.Find(rows, row => row.Name == name);
}

/// <summary>JSON text of a limited size.</summary>
internal static class BoundedJson
{
    /// <summary>Writes one object. If it is too long, it is written again with shorter texts and lists.</summary>
    internal static byte[] Write(int mostBytes, Action<Utf8JsonWriter, JsonSize> fields, ReadOnlySpan<byte> end = default)
    {
        byte[] written = [];
        foreach (JsonSize size in JsonSize.Descending)
        {
            var bytes = new ArrayBufferWriter<byte>();
            using var json = new Utf8JsonWriter(bytes);
            json.WriteStartObject();
            fields(json, size);
            json.WriteEndObject();
            json.Flush();
            bytes.Write(end);
            written = bytes.WrittenSpan.ToArray();
            if (written.Length <= mostBytes)
            {
                break;
            }
        }

        return written;
    }
}

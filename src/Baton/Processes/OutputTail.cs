using System.Text;

namespace Baton.Processes;

/// <summary>Keeps the end of a program's output, limited in size.</summary>
internal sealed class OutputTail
{
    internal const int Capacity = 8192;

    private readonly byte[] _bytes = new byte[Capacity];
    private int _length;
    private bool _cut;

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        _cut |= bytes.Length > Capacity - _length;
        ReadOnlySpan<byte> added = bytes[Math.Max(0, bytes.Length - Capacity)..];
        int kept = Math.Min(_length, Capacity - added.Length);
        _bytes.AsSpan(_length - kept, kept).CopyTo(_bytes);
        added.CopyTo(_bytes.AsSpan(kept));
        _length = kept + added.Length;
    }

    /// <summary>
    /// The text, safe to show: see <see cref="Printable.Lines"/>. Begins with an ellipsis if the output was longer.
    /// </summary>
    public override string ToString()
    {
        // The cut may have split a character.
        int start = 0;
        while (_cut && start < Math.Min(_length, 3) && (_bytes[start] & 0xC0) == 0x80)
        {
            start++;
        }

        return (_cut ? "…" : "") + Printable.Lines(Encoding.UTF8.GetString(_bytes, start, _length - start));
    }
}

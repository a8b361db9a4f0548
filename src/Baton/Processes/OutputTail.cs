using System.Text;

namespace Baton.Processes;

/// <summary>The end of what a program wrote, however much that was.</summary>
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
    /// As text that is safe to show: see <see cref="Printable.Lines"/>. Begins with an ellipsis if there was more.
    /// </summary>
    public override string ToString()
    {
        // Where it was cut, a character may have been cut too.
        int start = 0;
        while (_cut && start < Math.Min(_length, 3) && (_bytes[start] & 0xC0) == 0x80)
        {
            start++;
        }

        return (_cut ? "…" : "") + Printable.Lines(Encoding.UTF8.GetString(_bytes, start, _length - start));
    }
}

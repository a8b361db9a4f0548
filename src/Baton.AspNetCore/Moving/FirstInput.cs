using System.Buffers;
using System.IO.Pipelines;

namespace Baton.AspNetCore.Moving;

/// <summary>Bytes that come before those of the transport: another process has read them.</summary>
internal sealed class FirstInput(byte[] bytes)
{
    private byte[] _bytes = bytes;

    /// <summary>Whether some are not consumed.</summary>
    internal bool IsLeft => _bytes.Length > 0;

    /// <summary>Whether they are all that is needed now.</summary>
    internal bool IsFresh { get; private set; } = bytes.Length > 0;

    internal ReadResult Result => new(new(_bytes), isCanceled: false, isCompleted: false);

    internal void Advance(long consumed, bool needsMore)
    {
        _bytes = _bytes[(int)consumed..];
        IsFresh = !needsMore && IsLeft;
    }

    /// <summary>More is needed: puts what the transport has read behind them.</summary>
    internal ReadResult Join(ReadResult more)
    {
        _bytes = [.. _bytes, .. more.Buffer.ToArray()];
        return new(new(_bytes), more.IsCanceled, more.IsCompleted);
    }
}

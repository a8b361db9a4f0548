using System.Buffers;
using System.Security.Cryptography;
using Baton.Interop;
using Microsoft.Win32.SafeHandles;

namespace Baton.Resources;

/// <summary>
/// The destination of <c>save</c>: an array while it is small, then memory that is passed without a copy. Belongs to the thread
/// that saves.
/// </summary>
/// <param name="name">The item.</param>
/// <param name="limit">The limit in bytes.</param>
internal sealed class StateWriter(string name, long limit) : Stream
{
    /// <summary>The largest size that may go into the message itself.</summary>
    internal const int LongestInline = 64 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _last = new();
    private SafeFileHandle? _memory;
    private long _length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>Everything is written.</summary>
    /// <param name="version">Of the form.</param>
    /// <param name="inline">The bytes that the message has room for.</param>
    /// <returns>The row and the memory; no memory if the bytes go into the message.</returns>
    internal (StateRow Row, Descriptor? Memory) Finish(int version, int inline)
    {
        bool isSmall = _memory is null && _length <= Math.Min(inline, LongestInline);
        byte[]? data = isSmall ? _last.WrittenSpan.ToArray() : null;
        if (isSmall)
        {
            _hash.AppendData(_last.WrittenSpan);
        }
        else
        {
            Spill();
        }

        var row = new StateRow(name, version, _length, Convert.ToHexString(_hash.GetHashAndReset())) { Data = data };
        return (row, isSmall ? null : SealedMemory.Seal(_memory!));
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > limit - _length)
        {
            throw new IOException(
                $"It has more than the {limit} bytes that {nameof(RestarterOptions.MaxStateSize)} leaves for it.");
        }

        if (_last.WrittenCount + buffer.Length > LongestInline)
        {
            Spill();
        }

        if (buffer.Length > LongestInline)
        {
            Append(buffer, _length);
        }
        else
        {
            _last.Write(buffer);
        }

        _length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void WriteByte(byte value) => Write([value]);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // It is memory: nothing waits.
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        try
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            _memory?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Spill()
    {
        Append(_last.WrittenSpan, _length - _last.WrittenCount);
        _last.ResetWrittenCount();
    }

    private void Append(ReadOnlySpan<byte> bytes, long at)
    {
        _memory ??= SealedMemory.Create($"baton-state-{name}");
        RandomAccess.Write(_memory, bytes, at);
        _hash.AppendData(bytes);
    }
}

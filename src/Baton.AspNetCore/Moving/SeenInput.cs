using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Baton.AspNetCore.Moving;

/// <summary>
/// What has arrived in the transport's pipe: counted, and kept when the connection has left. Not safe from several threads.
/// </summary>
internal sealed class SeenInput(PipeReader inner)
{
    private readonly ArrayBufferWriter<byte> _kept = new();

    // Bytes that were taken from the pipe, and those that it has shown and still holds.
    private long _taken;
    private long _held;

    /// <summary>Whether nothing more comes.</summary>
    internal bool HasEnded { get; set; }

    /// <summary>The bytes that have arrived; from any thread.</summary>
    internal long Count => Volatile.Read(ref _taken) + Volatile.Read(ref _held);

    /// <summary>The same, with those of a read.</summary>
    internal long CountWith(ReadResult result) => _taken + result.Buffer.Length;

    internal byte[] Kept => _kept.WrittenSpan.ToArray();

    internal void Show(ReadResult result) => Volatile.Write(ref _held, result.Buffer.Length);

    internal void Advance(long shown, long consumed)
    {
        Volatile.Write(ref _held, shown - consumed);
        Volatile.Write(ref _taken, _taken + consumed);
    }

    /// <summary>Takes all of a read.</summary>
    internal void Take(ReadResult result)
    {
        Advance(result.Buffer.Length, result.Buffer.Length);
        HasEnded |= result.IsCompleted;
        inner.AdvanceTo(result.Buffer.End);
    }

    /// <summary>Takes all of a read, and keeps it.</summary>
    internal void Keep(ReadResult result)
    {
        foreach (ReadOnlyMemory<byte> segment in result.Buffer)
        {
            _kept.Write(segment.Span);
        }

        Take(result);
    }

    /// <summary>Keeps what has arrived, unless a read waits for it.</summary>
    internal void KeepArrived(bool isRead)
    {
        try
        {
            if (!isRead && !HasEnded && inner.TryRead(out ReadResult more))
            {
                Keep(more);
            }
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or InvalidOperationException)
        {
            // The client is gone.
            HasEnded = true;
        }
    }
}

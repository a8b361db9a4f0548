using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Baton.AspNetCore.Moving;

/// <summary>
/// The input of an HTTP/1.1 connection that can leave its server. It leaves between two requests: while Kestrel waits for the
/// first byte of the next one, or has not been given it yet. Kestrel is told that the stream has ended, and ends without writing.
/// </summary>
/// <param name="inner">The transport's input.</param>
/// <param name="first">Bytes that come before those of the transport.</param>
/// <param name="departure">Decides.</param>
internal sealed class MovableInput(PipeReader inner, byte[] first, IDeparture departure) : PipeReader
{
    // What is longer is answered here.
    private const int MostKept = 64 * 1024;

    private static readonly ReadResult s_end = new(ReadOnlySequence<byte>.Empty, isCanceled: false, isCompleted: true);

    private readonly Lock _lock = new();
    private readonly SeenInput _seen = new(inner);
    private readonly FirstInput _first = new(first);
    private readonly PendingRead _read = new();
    private ValueTaskAwaiter<ReadResult> _pending;
    private Action? _arrived;
    private bool _innerPending;
    private bool _waits;
    private bool _leaves;
    private TaskCompletionSource? _readEnds;
    private ReadOnlySequence<byte> _buffer;
    private bool _isFromFirst;
    private bool _isPartial;

    /// <summary>The bytes that Kestrel has consumed.</summary>
    internal long Consumed { get; private set; }

    /// <summary>Where the current request ends, body included; -1 where only Kestrel knows.</summary>
    internal long RequestEnd { get; set; }

    /// <summary>The bytes that were read from the socket and have arrived here.</summary>
    internal long Seen => _seen.Count;

    /// <summary>What was read and not given to Kestrel. Call when it has left.</summary>
    internal byte[] Kept => _seen.Kept;

    private bool IsBetweenRequests => Consumed == RequestEnd && !_isPartial && !_first.IsLeft;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_leaves)
        {
            return new(s_end);
        }

        if (_first.IsFresh)
        {
            return new(Give(_first.Result, fromFirst: true));
        }

#pragma warning disable CA2012, VSTHRD103 // consumed once: here if it has completed, or when it has arrived
        _pending = inner.ReadAsync(cancellationToken).GetAwaiter();
        if (_pending.IsCompleted)
        {
            ReadResult result = _pending.GetResult();
#pragma warning restore CA2012, VSTHRD103
            if (!LeavesWith(result))
            {
                return new(Show(result));
            }

            ValueTask<ReadResult> left = _read.Begin();
            departure.Begin();
            return left;
        }

        ValueTask<ReadResult> waiting = _read.Begin();
        lock (_lock)
        {
            (_innerPending, _waits) = (true, true);
        }

        _pending.UnsafeOnCompleted(_arrived ??= Arrived);
        if (departure.IsWanted)
        {
            TryLeave();
        }

        return waiting;
    }

    public override bool TryRead(out ReadResult result)
    {
        result = s_end;
        if (_leaves)
        {
            return true;
        }

        if (_first.IsFresh)
        {
            result = Give(_first.Result, fromFirst: true);
            return true;
        }

        bool isThere = inner.TryRead(out ReadResult read);
        result = isThere ? Show(read) : s_end;
        return isThere;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_leaves)
        {
            return;
        }

        long count = Length(consumed);
        _isPartial = Length(examined) > count;
        Consumed += count;
        if (_isFromFirst)
        {
            _first.Advance(count, _isPartial);
            return;
        }

        _seen.Advance(_buffer.Length, count);
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead()
    {
        if (!_leaves)
        {
            inner.CancelPendingRead();
        }
    }

    public override void Complete(Exception? exception = null)
    {
        // The connection completes it itself.
        if (!_leaves)
        {
            inner.Complete(exception);
        }
    }

    /// <summary>Leaves if Kestrel waits for the next request, and the connection may leave now.</summary>
    internal bool TryLeave()
    {
        lock (_lock)
        {
            if (_leaves || !_waits || !IsBetweenRequests || !departure.TryTake(Seen))
            {
                return false;
            }

            (_leaves, _waits) = (true, false);
        }

        departure.Begin();
        return true;
    }

    /// <summary>Keeps what arrives after it has left.</summary>
    internal void KeepArrived()
    {
        lock (_lock)
        {
            _seen.KeepArrived(isRead: _innerPending);
        }
    }

    /// <summary>Tells Kestrel that the stream has ended.</summary>
    internal void EndStream() => _read.End(s_end);

    /// <summary>Ends a read that waits, so that the transport can be disposed.</summary>
    internal Task EndReadAsync()
    {
        lock (_lock)
        {
            if (!_leaves || !_innerPending)
            {
                return Task.CompletedTask;
            }

            _readEnds = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        inner.CancelPendingRead();
        return _readEnds.Task;
    }

    private void Arrived()
    {
        ReadResult result;
        try
        {
            result = _pending.GetResult();
        }
        catch (Exception e)
        {
            // Kestrel decides what it means.
            if (!StopWaiting(default, ended: true))
            {
                _read.Fail(e);
            }

            return;
        }

        if (StopWaiting(result, ended: false))
        {
            return;
        }

        if (LeavesWith(result))
        {
            departure.Begin();
        }
        else
        {
            _read.End(Show(result));
        }
    }

    /// <returns>Whether it has left.</returns>
    private bool StopWaiting(ReadResult result, bool ended)
    {
        lock (_lock)
        {
            _innerPending = false;
            _seen.HasEnded |= ended;
            if (_leaves && !ended)
            {
                _seen.Keep(result);
            }

            _waits = false;
            _readEnds?.SetResult();
            return _leaves;
        }
    }

    /// <summary>Leaves with the beginning of the next request, which Kestrel has not seen.</summary>
    private bool LeavesWith(ReadResult result)
    {
        if (!departure.IsWanted || result.IsCanceled || result.IsCompleted || result.Buffer.Length > MostKept)
        {
            return false;
        }

        lock (_lock)
        {
            if (!IsBetweenRequests || !departure.TryTake(_seen.CountWith(result)))
            {
                return false;
            }

            _leaves = true;
            _seen.Keep(result);
        }

        return true;
    }

    // Where Kestrel needs more than the first bytes, they are joined.
    private ReadResult Show(ReadResult result)
    {
        if (!_first.IsLeft)
        {
            return Give(result, fromFirst: false);
        }

        ReadResult joined = _first.Join(result);
        _seen.Take(result);
        return Give(joined, fromFirst: true);
    }

    private ReadResult Give(ReadResult result, bool fromFirst)
    {
        (_buffer, _isFromFirst) = (result.Buffer, fromFirst);
        if (!fromFirst)
        {
            _seen.Show(result);
        }

        return result;
    }

    private long Length(SequencePosition end) =>
        end.Equals(_buffer.Start) ? 0 : end.Equals(_buffer.End) ? _buffer.Length : _buffer.Slice(0, end).Length;
}

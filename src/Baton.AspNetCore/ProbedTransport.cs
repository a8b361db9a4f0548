using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Baton.AspNetCore.Moving;
using Microsoft.AspNetCore.Connections;

namespace Baton.AspNetCore;

/// <summary>
/// Kestrel's transport of a connection that may speak HTTP/2, inside of TLS. It can put a PING behind Kestrel's GOAWAY and see
/// the answer (RFC 9113, sections 6.7 and 6.8). Then the client has read the GOAWAY, and Kestrel has all that it had sent by
/// then. Until it is armed it only passes on.
/// </summary>
internal sealed class ProbedTransport : IDuplexPipe
{
    // The length, the type, the flags, and the stream 0 of both frames.
    private static readonly byte[] s_goAway = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    private static readonly byte[] s_ping = [0, 0, 8, 6, 0, 0, 0, 0, 0];
    private static readonly byte[] s_pingAnswer = [0, 0, 8, 6, 1, 0, 0, 0, 0];

    private volatile Probe? _probe;

    internal ProbedTransport(IDuplexPipe inner) =>
        (Input, Output) = (new ProbedInput(inner.Input, this), new ProbedOutput(inner.Output, this));

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>The PING of this connection; null until it is armed.</summary>
    internal Probe? Armed => _probe;

    /// <summary>Sends a PING behind the GOAWAY that comes next. Call once, before the connection is told to end.</summary>
    internal void Arm() => _probe = new Probe();

    /// <summary>
    /// Put into a connection that speaks HTTP/2 from its first byte. Where there is TLS this takes the place of its stream later.
    /// </summary>
    /// <returns>Null for other connections.</returns>
    internal static ProbedTransport? In(ConnectionContext connection, EndpointProtocol protocol)
    {
        if (!protocol.IsPlainHttp2)
        {
            return null;
        }

        var probed = new ProbedTransport(connection.Transport);
        connection.Transport = probed;
        return probed;
    }

    /// <summary>One PING.</summary>
    internal sealed class Probe
    {
        private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ByteMatch _goAway = new(s_goAway);
        private readonly ByteMatch _answer;

        // RandomNumberGenerator would end a process in an image without OpenSSL. A client that guesses this harms itself.
        private readonly byte[] _payload = Guid.NewGuid().ToByteArray()[..8];
        private long _sentAt;

        internal Probe() => _answer = new ByteMatch([.. s_pingAnswer, .. _payload]);

        /// <summary>Completes when the PING goes out.</summary>
        internal Task Sent => _sent.Task;

        /// <summary>Completes when it was answered.</summary>
        internal Task Answered => _answered.Task;

        /// <summary>Since the PING went out.</summary>
        internal TimeSpan Elapsed => Stopwatch.GetElapsedTime(Volatile.Read(ref _sentAt));

        internal void Written(ReadOnlySpan<byte> bytes) => _goAway.Feed(bytes);

        /// <summary>Kestrel flushes, always at the end of a frame.</summary>
        internal void Flush(PipeWriter output)
        {
            if (_goAway.IsFound && !_sent.Task.IsCompleted)
            {
                output.Write((byte[])[.. s_ping, .. _payload]);
                Volatile.Write(ref _sentAt, Stopwatch.GetTimestamp());
                _sent.SetResult();
            }
        }

        internal void Consumed(ReadOnlySequence<byte> bytes)
        {
            foreach (ReadOnlyMemory<byte> segment in bytes)
            {
                _answer.Feed(segment.Span);
            }
        }

        /// <summary>Kestrel reads on: what it has consumed has been taken in.</summary>
        internal void ReadOn()
        {
            if (_answer.IsFound)
            {
                _answered.TrySetResult();
            }
        }
    }

    private sealed class ProbedInput(PipeReader inner, ProbedTransport transport) : PipeReader
    {
        private readonly PendingRead _read = new();
        private ValueTaskAwaiter<ReadResult> _pending;
        private Action? _arrived;
        private ReadOnlySequence<byte> _buffer;

        // Without an allocation for each read. A read that waits while this is armed is the one that gets the answer.
        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            transport._probe?.ReadOn();
#pragma warning disable CA2012, VSTHRD103 // consumed once: here if it has completed, or when it has arrived
            _pending = inner.ReadAsync(cancellationToken).GetAwaiter();
            if (_pending.IsCompleted)
            {
                return new(Keep(_pending.GetResult()));
            }
#pragma warning restore CA2012, VSTHRD103

            ValueTask<ReadResult> waiting = _read.Begin();
            _pending.UnsafeOnCompleted(_arrived ??= Arrived);
            return waiting;
        }

        public override bool TryRead(out ReadResult result)
        {
            transport._probe?.ReadOn();
            bool isThere = inner.TryRead(out result);
            _buffer = isThere ? result.Buffer : default;
            return isThere;
        }

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            if (transport._probe is { } probe && _buffer.Length > 0)
            {
                probe.Consumed(_buffer.Slice(0, consumed));
            }

            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        private ReadResult Keep(ReadResult result)
        {
            _buffer = result.Buffer;
            return result;
        }

        private void Arrived()
        {
            ReadResult result;
            try
            {
                result = Keep(_pending.GetResult());
            }
            catch (Exception e)
            {
                // Kestrel decides what it means.
                _read.Fail(e);
                return;
            }

            _read.End(result);
        }
    }

    private sealed class ProbedOutput(PipeWriter inner, ProbedTransport transport) : PipeWriter
    {
        private Memory<byte> _memory;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory = inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
            transport._probe?.Written(_memory.Span[..bytes]);
            _memory = _memory[bytes..];
            inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            transport._probe?.Flush(inner);
            return inner.FlushAsync(cancellationToken);
        }

        public override ValueTask<FlushResult> WriteAsync(
            ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            transport._probe?.Written(source.Span);
            return inner.WriteAsync(source, cancellationToken);
        }

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}

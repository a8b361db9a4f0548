using System.Buffers.Binary;
using Baton.Interop;

namespace Baton.Handover;

/// <summary>
/// One end of the channel between predecessor and successor: whole messages, with descriptors, over a connected unix stream
/// socket. Blocking, with a limit on every wait, independent of the thread pool. One thread receives; any thread may send. Owns
/// the socket. The end of the stream means that the peer is gone.
/// </summary>
/// <param name="socket">A connected stream socket.</param>
/// <param name="frameLimit">The time limit for the peer to accept or to finish a message.</param>
/// <param name="tap">For tests that end a process at a given step: called for every message before and after it is sent, and when
/// it has arrived.</param>
internal sealed class HandoverChannel(Descriptor socket, TimeSpan frameLimit, Action<HandoverStep, HandoverMessage>? tap = null)
    : IDisposable
{
    private readonly Lock _sending = new();
    private readonly FrameBudget _budget = new(TimeProvider.System);
    private bool _closed;
    private bool _outOfStep;

    // Waits before the next message is read: the peer has sent too many.
    private TimeSpan _rest;

    /// <summary>For poll; the channel keeps owning it.</summary>
    internal int Number => socket.Number;

    /// <summary>The time for the peer to take or to finish a message.</summary>
    internal TimeSpan FrameLimit => frameLimit;

    /// <summary>Whether a message or the end can be received; from any thread.</summary>
    internal bool HasUnread
    {
        get
        {
            lock (_sending)
            {
                return !_closed && Poller.Wait(socket.Number, Libc.POLLIN, TimeSpan.Zero);
            }
        }
    }

    /// <summary>
    /// Whether the peer has closed its end and nothing is left to read. Call on the receiving thread, when the descriptor is
    /// readable.
    /// </summary>
    internal bool IsAtEnd => LocalSocket.IsAtEnd(socket);

    /// <summary>A connected pair, both ends close-on-exec.</summary>
    internal static (HandoverChannel Ours, Descriptor Theirs) CreatePair(
        TimeSpan frameLimit, Action<HandoverStep, HandoverMessage>? tap = null)
    {
        (Descriptor ours, Descriptor theirs) = UnixStream.CreatePair();
        UnixStream.NameSenders(ours);
        return (new HandoverChannel(ours, frameLimit, tap), theirs);
    }

    /// <summary>Sends one message; the caller keeps owning the descriptors.</summary>
    /// <exception cref="RestartException">The peer is gone.</exception>
    /// <exception cref="RestartException">The peer did not take the message within the limit, or it is too long.</exception>
    internal void Send(HandoverMessage message, ReadOnlySpan<int> descriptors = default)
    {
        tap?.Invoke(HandoverStep.Sending, message);
        byte[] body = HandoverCodec.Encode(message);
        if (body.Length > HandoverProtocol.MaxFrameBytes)
        {
            throw new RestartException(
                RestartFailure.ProtocolError,
                $"A message of {body.Length} bytes is beyond the limit of {HandoverProtocol.MaxFrameBytes}.");
        }

        byte[] frame = new byte[HandoverProtocol.HeaderBytes + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, body.Length);
        body.CopyTo(frame, HandoverProtocol.HeaderBytes);
        lock (_sending)
        {
            // Its number may belong to something else by now.
            if (_closed)
            {
                throw new RestartException(RestartFailure.PeerLost, "The channel to the peer is closed.");
            }

            // The peer may have half of a message, and would take the next one for the rest.
            if (_outOfStep)
            {
                throw new RestartException(RestartFailure.ProtocolError, "The peer did not take an earlier message.");
            }

            try
            {
                UnixStream.Send(socket, frame, descriptors, frameLimit);
            }
            catch (RestartException e) when (e.Failure == RestartFailure.ProtocolError)
            {
                _outOfStep = true;
                throw;
            }
        }

        tap?.Invoke(HandoverStep.Sent, message);
    }

    /// <summary>Sends a message on which nothing depends, if possible.</summary>
    /// <returns>Whether it was sent.</returns>
    internal bool TrySend(HandoverMessage message)
    {
        try
        {
            Send(message);
            return true;
        }
        catch (RestartException)
        {
            // The peer is gone; its end arrives separately.
            return false;
        }
    }

    /// <summary>Receives one message. Call when the descriptor is readable; waits at most the frame limit for the rest.</summary>
    /// <param name="from">The process whose messages are accepted. A child of it with a copy of its descriptor is ignored. Null
    /// for any process.</param>
    /// <returns>The message and its descriptors, which the caller owns; null at the end of the stream.</returns>
    /// <exception cref="RestartException">Not a message, cut in the middle, or its descriptors did not all arrive.</exception>
    internal Received? Receive(int? from = null)
    {
        var descriptors = new List<Descriptor>();
        Wait(_rest);
        try
        {
            int? sender = UnixStream.NextSender(socket);
            if (sender is { } other && other != (from ?? other))
            {
                _rest = _budget.Spend(UnixStream.Skip(socket));
                return new Received(new HandoverMessage.Unknown($"from process {other}"), []);
            }

            // Read separately: descriptors belong to the first byte, and none may come later.
            byte[] header = new byte[HandoverProtocol.HeaderBytes];
            if (UnixStream.Receive(socket, header.AsSpan(0, 1), descriptors, frameLimit, from) == 0)
            {
                return null;
            }

            RequireWhole(1 + UnixStream.Receive(socket, header.AsSpan(1), descriptors: null, frameLimit, from), header.Length);
            int length = BinaryPrimitives.ReadInt32BigEndian(header);
            if (length is <= 0 or > HandoverProtocol.MaxFrameBytes)
            {
                throw new RestartException(
                    RestartFailure.ProtocolError,
                    $"A message of {length} bytes was announced; between 1 and {HandoverProtocol.MaxFrameBytes} are allowed.");
            }

            byte[] body = new byte[length];
            RequireWhole(UnixStream.Receive(socket, body, descriptors: null, frameLimit, from), length);
            _rest = _budget.Spend(header.Length + length);
            var received = new Received(HandoverCodec.Decode(body), descriptors) { Sender = sender };
            tap?.Invoke(HandoverStep.Received, received.Message);
            return received;
        }
        catch
        {
            descriptors.ForEach(d => d.Dispose());
            throw;
        }
    }

    /// <summary>
    /// Our end, to be passed on to another process. The caller owns it, and this channel is closed. Call on the receiving thread.
    /// </summary>
    internal Descriptor Detach()
    {
        lock (_sending)
        {
            _closed = true;
            return socket;
        }
    }

    /// <summary>Ends the stream in both directions; from any thread. What has arrived can still be read.</summary>
    internal void End()
    {
        lock (_sending)
        {
            if (!_closed)
            {
                _ = Libc.shutdown(socket.Number, Libc.SHUT_RDWR);
            }
        }
    }

    /// <summary>Closes our end. Call on the receiving thread.</summary>
    public void Dispose()
    {
        lock (_sending)
        {
            if (!_closed)
            {
                _closed = true;
                socket.Dispose();
            }
        }
    }

    private static void Wait(TimeSpan time)
    {
        if (time > TimeSpan.Zero)
        {
            new ManualResetEventSlim().Wait(time);
        }
    }

    private static void RequireWhole(int read, int wanted)
    {
        if (read < wanted)
        {
            throw new RestartException(RestartFailure.ProtocolError, $"The peer was gone after {read} of {wanted} bytes.");
        }
    }
}

/// <summary>The step of a message.</summary>
internal enum HandoverStep
{
    Sending,
    Sent,
    Received,
}

/// <summary>A message and its descriptors, owned by the receiver.</summary>
internal sealed record Received(HandoverMessage Message, IReadOnlyList<Descriptor> Descriptors)
{
    /// <summary>The process that sent it; null if the kernel does not tell.</summary>
    internal int? Sender { get; init; }

    /// <summary>The message, for kinds without descriptors. Descriptors that came anyway are closed.</summary>
    internal HandoverMessage WithoutDescriptors()
    {
        foreach (Descriptor descriptor in Descriptors)
        {
            descriptor.Dispose();
        }

        return Message;
    }
}

using System.Buffers.Binary;
using Baton.Interop;

namespace Baton.Handover;

/// <summary>
/// One end of the conversation between predecessor and successor: whole messages, with descriptors, over a connected unix
/// stream socket. Blocking, every wait limited, independent of the thread pool. One thread receives; any may send.
/// Owns the socket. The end of the stream is the news that the peer is gone.
/// </summary>
internal sealed class HandoverChannel(Descriptor socket, TimeSpan frameLimit) : IDisposable
{
    private readonly Lock _sending = new();
    private bool _closed;

    /// <summary>For poll; the channel stays its owner.</summary>
    internal int Number => socket.Number;

    /// <summary>A connected pair, both ends close-on-exec.</summary>
    internal static (HandoverChannel Ours, Descriptor Theirs) CreatePair(TimeSpan frameLimit)
    {
        (Descriptor ours, Descriptor theirs) = UnixStream.CreatePair();
        return (new HandoverChannel(ours, frameLimit), theirs);
    }

    /// <summary>Sends one message; the descriptors stay the caller's.</summary>
    /// <exception cref="RestartException">The peer is gone.</exception>
    /// <exception cref="RestartException">The peer did not take the message within the limit, or it is too long.</exception>
    internal void Send(HandoverMessage message, ReadOnlySpan<int> descriptors = default)
    {
        byte[] body = HandoverCodec.Encode(message);
        if (body.Length > HandoverProtocol.MaxFrameBytes)
        {
            throw new RestartException(RestartFailure.ProtocolError, $"A message of {body.Length} bytes is beyond the limit of {HandoverProtocol.MaxFrameBytes}.");
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

            UnixStream.Send(socket, frame, descriptors, frameLimit);
        }
    }

    /// <summary>
    /// Receives one message. Call when the descriptor is readable: it waits no longer than the frame limit for the rest.
    /// </summary>
    /// <returns>The message and its descriptors, which are the caller's now; null at the end of the stream.</returns>
    /// <exception cref="RestartException">Not a message, cut in the middle, or its descriptors did not all arrive.</exception>
    internal Received? Receive()
    {
        var descriptors = new List<Descriptor>();
        try
        {
            byte[] header = new byte[HandoverProtocol.HeaderBytes];
            int read = UnixStream.Receive(socket, header, descriptors, frameLimit);
            if (read == 0)
            {
                return null;
            }

            RequireWhole(read, header.Length);
            int length = BinaryPrimitives.ReadInt32BigEndian(header);
            if (length is <= 0 or > HandoverProtocol.MaxFrameBytes)
            {
                throw new RestartException(RestartFailure.ProtocolError, $"A message of {length} bytes was announced; between 1 and {HandoverProtocol.MaxFrameBytes} are allowed.");
            }

            byte[] body = new byte[length];
            RequireWhole(UnixStream.Receive(socket, body, descriptors: null, frameLimit), length);
            return new Received(HandoverCodec.Decode(body), descriptors);
        }
        catch
        {
            descriptors.ForEach(d => d.Dispose());
            throw;
        }
    }

    /// <summary>Closes our end; call on the thread that receives.</summary>
    public void Dispose()
    {
        lock (_sending)
        {
            _closed = true;
            socket.Dispose();
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

/// <summary>A message and the descriptors that rode with it, owned by the receiver.</summary>
internal sealed record Received(HandoverMessage Message, IReadOnlyList<Descriptor> Descriptors)
{
    /// <summary>The message of a kind that carries no descriptors; those that came all the same are closed.</summary>
    internal HandoverMessage WithoutDescriptors()
    {
        foreach (Descriptor descriptor in Descriptors)
        {
            descriptor.Dispose();
        }

        return Message;
    }
}

using System.Buffers.Binary;
using System.Text;
using Baton.Handover;
using Baton.Interop;

namespace Baton.Tests.Support;

/// <summary>A channel over a real socket pair, and a peer that can say anything, also what no channel would.</summary>
internal sealed class ChannelFixture : IDisposable
{
    private readonly Descriptor _peer;

    internal ChannelFixture(TimeSpan? limit = null) => (Channel, _peer) = HandoverChannel.CreatePair(limit ?? Deadline.Limit);

    internal HandoverChannel Channel { get; }

    /// <summary>The bytes of a frame around a body.</summary>
    internal static byte[] Frame(ReadOnlySpan<byte> body)
    {
        byte[] frame = new byte[HandoverProtocol.HeaderBytes + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, body.Length);
        body.CopyTo(frame.AsSpan(HandoverProtocol.HeaderBytes));
        return frame;
    }

    internal static byte[] Frame(string json) => Frame(Encoding.UTF8.GetBytes(json));

    internal static byte[] Frame(HandoverMessage message) => Frame(HandoverCodec.Encode(message));

    internal void PeerSends(ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> descriptors) => UnixStream.Send(_peer, bytes, descriptors, Deadline.Limit);

    internal void PeerSends(HandoverMessage message, params ReadOnlySpan<int> descriptors) => PeerSends(Frame(message), descriptors);

    /// <summary>What the peer finds when it reads so many bytes.</summary>
    internal byte[] PeerReceives(int count)
    {
        byte[] bytes = new byte[count];
        int read = UnixStream.Receive(_peer, bytes, [], Deadline.Limit);
        return bytes[..read];
    }

    internal void PeerCloses() => _peer.Dispose();

    internal RestartException ReceiveFails() => Assert.Throws<RestartException>(() => Channel.Receive());

    public void Dispose()
    {
        Channel.Dispose();
        _peer.Dispose();
    }
}

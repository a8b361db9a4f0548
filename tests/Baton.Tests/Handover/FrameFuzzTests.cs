using System.Net.Sockets;
using Baton.Handover;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Handover;

/// <summary>S5: 100,000 frames that no Baton would send, each way in.</summary>
public class FrameFuzzTests
{
    private const int Seed = 20_260;
    private const int Frames = 100_000;

    // A frame of the largest size that is announced is allocated before it arrives; what JSON needs comes on top.
    private const long MaxAllocated = HandoverProtocol.MaxFrameBytes + (256 * 1024);

    private readonly FrameMutator _mutator = new(Seed, Messages.All);

    // S5
    [Fact]
    public void Decode_MutatedFrames_GiveAMessageOrAProtocolError() =>
        ForEachFrame(Frames, frame =>
        {
            byte[] body = frame.Length > HandoverProtocol.HeaderBytes ? frame[HandoverProtocol.HeaderBytes..] : frame;
            TryTo(() => HandoverCodec.Encode(WithoutUnknown(HandoverCodec.Decode(body))));
        });

    // S5
    [Fact]
    public void Receive_MutatedFramesWithDescriptors_GivesMessagesOrAProtocolErrorAndLeavesNothingOpen()
    {
        var before = DescriptorCount.Take();
        ForEachFrame(Frames, frame =>
        {
            using var fixture = new ChannelFixture();
            fixture.PeerSends(frame, Enumerable.Repeat(0, frame.Length % 3).ToArray());
            fixture.PeerCloses();
            TryTo(() =>
            {
                while (fixture.Channel.Receive() is { } received)
                {
                    received.WithoutDescriptors();
                }
            });
        });
        before.AssertUnchanged();
    }

    // S5: as a successor would meet them, in answer to its greeting.
    [Fact]
    public void Greet_MutatedAnswers_GivesListenersOrAnErrorAndLeavesNothingOpen()
    {
        var before = DescriptorCount.Take();
        ForEachFrame(Frames / 10, frame =>
        {
            (Descriptor ours, Descriptor theirs) = UnixStream.CreatePair();
            using (theirs)
            {
                UnixStream.Send(theirs, frame, Enumerable.Repeat(0, frame.Length % 3).ToArray(), Deadline.Limit);
                using var end = new Socket(new SafeSocketHandle(theirs.Number, ownsHandle: false));
                end.Shutdown(SocketShutdown.Send);
                var registry = new ResourceRegistry(new RecordingLogger());
                TryTo(() => PredecessorLink.Greet(ours, registry.Unclaimed, "Shop 1.2.3", Deadline.Limit).Dispose());
                registry.Release([]);
            }
        });
        before.AssertUnchanged();
    }

    private static HandoverMessage WithoutUnknown(HandoverMessage message) => message is HandoverMessage.Unknown ? Messages.Commit : message;

    private static void TryTo(Action action)
    {
        try
        {
            action();
        }
        catch (RestartException e)
        {
            Assert.Contains(e.Failure, (RestartFailure[])[RestartFailure.ProtocolError, RestartFailure.PeerLost]);
        }
    }

    private void ForEachFrame(int count, Action<byte[]> test)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] frame = _mutator.Next();
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            Exception? unexpected = Record.Exception(() => test(frame));
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(unexpected is null, $"Frame {i} of seed {Seed}, {Convert.ToHexString(frame)}: {unexpected}");
            Assert.True(allocated < MaxAllocated, $"Frame {i} of seed {Seed}, {Convert.ToHexString(frame)}: allocated {allocated} bytes");
        }
    }
}

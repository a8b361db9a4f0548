using Baton.Handover;
using Baton.Interop;
using Baton.Tests.Support;

namespace Baton.Tests.Handover;

/// <summary>Descriptors that ride with messages.</summary>
public sealed class DescriptorPassingTests : IDisposable
{
    private readonly ChannelFixture _fixture = new();
    private readonly HandoverMessage _message = new HandoverMessage.Progress(Named("a"), "");

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Receive_WithDescriptors_TheyLeadToTheSameSocketsInOrder()
    {
        (Descriptor first, Descriptor second) = UnixStream.CreatePair();
        using (first)
        using (second)
        {
            _fixture.PeerSends(_message, first.Number, second.Number);
            Received received = _fixture.Channel.Receive()!;
            Assert.Equal(
                [OpenFiles.Target(first.Number), OpenFiles.Target(second.Number)], received.Descriptors.Select(d => OpenFiles.Target(d.Number)));
            received.WithoutDescriptors();
        }
    }

    // C7
    [Fact]
    public void Receive_WithDescriptors_TheyAreCloseOnExec()
    {
        (Descriptor first, Descriptor second) = UnixStream.CreatePair();
        using (first)
        using (second)
        {
            Assert.True(OpenFiles.IsCloseOnExec(first.Number));
            Assert.True(OpenFiles.IsCloseOnExec(second.Number));
            _fixture.PeerSends(_message, first.Number);
            using Descriptor arrived = Assert.Single(_fixture.Channel.Receive()!.Descriptors);
            Assert.True(OpenFiles.IsCloseOnExec(arrived.Number));
            using Descriptor duplicate = arrived.Duplicate();
            Assert.True(OpenFiles.IsCloseOnExec(duplicate.Number));
        }
    }

    // C4
    [Fact]
    public void Receive_AFullBatch_ArrivesWhole()
    {
        var before = DescriptorCount.Take();
        _fixture.PeerSends(_message, Enumerable.Repeat(0, HandoverProtocol.MaxBatch).ToArray());
        Received received = _fixture.Channel.Receive()!;
        Assert.Equal(HandoverProtocol.MaxBatch, received.Descriptors.Count);
        before.AssertChangedBy(HandoverProtocol.MaxBatch);

        received.WithoutDescriptors();
        before.AssertUnchanged();
    }

    // With any byte but the first: of the length, of the body, or between.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(20)]
    public void Receive_DescriptorsWithALaterByte_BreaksTheChannelAndLeavesNothingOpen(int at)
    {
        var before = DescriptorCount.Take();
        byte[] frame = ChannelFixture.Frame(_message);
        _fixture.PeerSends(frame.AsSpan(0, at), 0);
        _fixture.PeerSends(frame.AsSpan(at), 0, 0);
        Assert.Equal(RestartFailure.ProtocolError, _fixture.ReceiveFails().Failure);
        before.AssertUnchanged();
    }

    // C4: SCM_MAX_FD of unix(7).
    [Fact]
    public void Send_MoreThanTheKernelTakes_Fails()
    {
        int[] tooMany = [.. Enumerable.Repeat(0, 254)];
        Assert.Throws<ArgumentOutOfRangeException>(() => _fixture.Channel.Send(_message, tooMany));
    }

    // C10
    [Fact]
    public void Receive_DescriptorsInTheMiddleOfAMessage_AreRefusedAndClosed()
    {
        var before = DescriptorCount.Take();
        byte[] frame = ChannelFixture.Frame(_message);
        _fixture.PeerSends(frame.AsSpan(0, HandoverProtocol.HeaderBytes));
        _fixture.PeerSends(frame.AsSpan(HandoverProtocol.HeaderBytes), 0, 0);

        Assert.Contains("where none belong", _fixture.ReceiveFails().Message, StringComparison.Ordinal);
        before.AssertUnchanged();
    }

    // C10
    [Fact]
    public void Receive_DescriptorsWithSomethingThatIsNoMessage_AreClosed()
    {
        var before = DescriptorCount.Take();
        _fixture.PeerSends(ChannelFixture.Frame("garbage"), 0, 0, 0);
        _fixture.ReceiveFails();
        before.AssertUnchanged();
    }

    // C10
    [Fact]
    public void WithoutDescriptors_SomeCameAllTheSame_ClosesThem()
    {
        var before = DescriptorCount.Take();
        _fixture.PeerSends(_message, 0, 0);
        Assert.Equal(_message, _fixture.Channel.Receive()!.WithoutDescriptors());
        before.AssertUnchanged();
    }

    // C6: a message that nobody reads takes its descriptors with it.
    [Fact]
    public void Dispose_DescriptorsAreUnderWay_NoneIsLeft()
    {
        var before = DescriptorCount.Take();
        using (var fixture = new ChannelFixture())
        {
            fixture.PeerSends(_message, 0, 0, 0);
        }

        before.AssertUnchanged();
    }
}

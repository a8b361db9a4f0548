using System.Buffers.Binary;
using Baton.Handover;
using Baton.Interop;
using Baton.Tests.Support;

namespace Baton.Tests.Handover;

/// <summary>Messages over a real socket pair, from good peers and bad ones.</summary>
public sealed class HandoverChannelTests : IDisposable
{
    private static readonly TimeSpan TinyLimit = TimeSpan.FromMilliseconds(10);
    private readonly ChannelFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Receive_EveryMessage_ArrivesAsItWasSent()
    {
        foreach (HandoverMessage message in Messages.All)
        {
            _fixture.PeerSends(message);
            Messages.AssertSame(message, _fixture.Channel.Receive()!.Message);
        }
    }

    [Fact]
    public void Send_EveryMessage_IsAFrame() =>
        Assert.All(Messages.All, message =>
        {
            _fixture.Channel.Send(message);
            byte[] expected = ChannelFixture.Frame(message);
            Assert.Equal(expected, _fixture.PeerReceives(expected.Length));
        });

    [Fact]
    public void Receive_SeveralMessagesInOnePiece_AreToldApart()
    {
        _fixture.PeerSends([.. ChannelFixture.Frame(new HandoverMessage.Progress(Named("a"), "")), .. ChannelFixture.Frame(new HandoverMessage.Progress(Named("b"), ""))]);
        Assert.Equal(new HandoverMessage.Progress(Named("a"), ""), _fixture.Channel.Receive()!.Message);
        Assert.Equal(new HandoverMessage.Progress(Named("b"), ""), _fixture.Channel.Receive()!.Message);
    }

    [Fact]
    public async Task Receive_AMessageInSingleBytes_IsPutTogether()
    {
        Task<Received?> receiving = Task.Run(() => _fixture.Channel.Receive(), TestContext.Current.CancellationToken);
        foreach (byte part in ChannelFixture.Frame(new HandoverMessage.Progress(Named("a"), "")))
        {
            _fixture.PeerSends([part]);
        }

        Assert.Equal(new HandoverMessage.Progress(Named("a"), ""), (await receiving.Soon())!.Message);
    }

    [Fact]
    public async Task Send_LongerThanTheSocketsBuffer_ArrivesWhole()
    {
        var message = new HandoverMessage.Ready([new string('x', 900_000)]);
        Task sending = Task.Run(() => _fixture.Channel.Send(message), TestContext.Current.CancellationToken);
        byte[] expected = ChannelFixture.Frame(message);
        Assert.Equal(expected, _fixture.PeerReceives(expected.Length));
        await sending.Soon();
    }

    // F8
    [Fact]
    public void Receive_PeerHasClosed_IsTheEnd()
    {
        _fixture.PeerSends(Messages.Commit);
        _fixture.PeerCloses();
        Assert.IsType<HandoverMessage.Commit>(_fixture.Channel.Receive()!.Message);
        Assert.Null(_fixture.Channel.Receive());
    }

    // F9
    [Fact]
    public void Send_PeerHasClosed_SaysSo()
    {
        _fixture.PeerCloses();
        RestartException failure = Assert.Throws<RestartException>(() => _fixture.Channel.Send(Messages.Commit));
        Assert.Equal(RestartFailure.PeerLost, failure.Failure);
    }

    // C10: every place where a frame can be cut.
    [Fact]
    public void Receive_CutAnywhere_IsAProtocolError()
    {
        byte[] whole = ChannelFixture.Frame(new HandoverMessage.Progress(Named("a"), ""));
        for (int length = 1; length < whole.Length; length++)
        {
            using var fixture = new ChannelFixture();
            fixture.PeerSends(whole.AsSpan(0, length));
            fixture.PeerCloses();
            Assert.Contains("The peer was gone after", fixture.ReceiveFails().Message, StringComparison.Ordinal);
        }
    }

    // C10
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(HandoverProtocol.MaxFrameBytes + 1)]
    public void Receive_LengthOutOfRange_IsAProtocolErrorAndNothingIsAllocated(int length)
    {
        byte[] header = new byte[HandoverProtocol.HeaderBytes];
        BinaryPrimitives.WriteInt32BigEndian(header, length);
        _fixture.PeerSends(header);
        Assert.Contains($"A message of {length} bytes was announced", _fixture.ReceiveFails().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Send_BeyondTheLimit_IsRefusedBeforeAByteIsSent()
    {
        var message = new HandoverMessage.Ready([new string('x', HandoverProtocol.MaxFrameBytes)]);
        Assert.Equal(RestartFailure.ProtocolError, Assert.Throws<RestartException>(() => _fixture.Channel.Send(message)).Failure);

        _fixture.Channel.Send(Messages.Commit);
        byte[] next = ChannelFixture.Frame(Messages.Commit);
        Assert.Equal(next, _fixture.PeerReceives(next.Length));
    }

    // S6
    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public void Receive_PeerFallsSilentInTheMiddle_HitsTheLimit(int sent)
    {
        using var fixture = new ChannelFixture(TinyLimit);
        fixture.PeerSends(ChannelFixture.Frame(new HandoverMessage.Progress(Named("a"), "")).AsSpan(0, sent));
        Assert.Contains("did not finish a message", fixture.ReceiveFails().Message, StringComparison.Ordinal);
    }

    // S6
    [Fact]
    public void Send_PeerTakesNothing_HitsTheLimit()
    {
        using var fixture = new ChannelFixture(TinyLimit);
        var message = new HandoverMessage.Ready([new string('x', 900_000)]);
        RestartException failure = Assert.Throws<RestartException>(() => fixture.Channel.Send(message));
        Assert.Equal(RestartFailure.ProtocolError, failure.Failure);
        Assert.Contains("did not take a message", failure.Message, StringComparison.Ordinal);
    }

    // The peer may have half of it, and would take the next one for the rest.
    [Fact]
    public void Send_AfterOneThatWasNotTaken_FailsAndAddsNothing()
    {
        using var fixture = new ChannelFixture(TinyLimit);
        var message = new HandoverMessage.Ready([new string('x', 900_000)]);
        Assert.Throws<RestartException>(() => fixture.Channel.Send(message));
        byte[] begun = ChannelFixture.Frame(message);
        byte[] taken = fixture.PeerReceives(100_000);
        Assert.Equal(begun[..taken.Length], taken);

        Assert.Equal(RestartFailure.ProtocolError, Assert.Throws<RestartException>(() => fixture.Channel.Send(Messages.Commit)).Failure);
        Assert.False(fixture.Channel.TrySend(Messages.Commit));
    }

    // F9: the thread that watches a successor has closed the channel while another is about to send on it.
    [Fact]
    public void Send_AfterDispose_FailsAndReachesNobodyWhoGotTheNumber()
    {
        int number = _fixture.Channel.Number;
        _fixture.Channel.Dispose();
        (Descriptor first, Descriptor second) = UnixStream.CreatePair();
        using (first)
        using (second)
        {
            Assert.Contains(number, (int[])[first.Number, second.Number]);
            RestartException failure = Assert.Throws<RestartException>(() => _fixture.Channel.Send(Messages.Commit));
            Assert.Equal(RestartFailure.PeerLost, failure.Failure);
            Assert.False(Poller.Wait(first.Number, Libc.POLLIN, TimeSpan.Zero));
            Assert.False(Poller.Wait(second.Number, Libc.POLLIN, TimeSpan.Zero));
        }
    }

    [Fact]
    public async Task Send_FromManyThreads_FramesStayWhole()
    {
        const int Threads = 8;
        const int Each = 50;
        Task[] sending = [.. Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                _fixture.Channel.Send(new HandoverMessage.Progress(PhaseName.Own(new string('x', 5_000)), ""));
            }
        }))];

        byte[] expected = ChannelFixture.Frame(new HandoverMessage.Progress(PhaseName.Own(new string('x', 5_000)), ""));
        for (int i = 0; i < Threads * Each; i++)
        {
            Assert.Equal(expected, _fixture.PeerReceives(expected.Length));
        }

        await Task.WhenAll(sending).Soon();
    }
}

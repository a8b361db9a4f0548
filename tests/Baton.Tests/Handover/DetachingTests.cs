using Baton.Handover;
using Baton.Interop;
using Baton.Tests.Support;

namespace Baton.Tests.Handover;

/// <summary>A channel is taken from the thread that listens on it, to be passed on.</summary>
public sealed class DetachingTests : IDisposable
{
    private static readonly TimeSpan TinyLimit = TimeSpan.FromMilliseconds(10);

    private readonly Descriptor _peer;
    private readonly Descriptor _ours;

    public DetachingTests() => (_ours, _peer) = UnixStream.CreatePair();

    public void Dispose()
    {
        _ours.Dispose();
        _peer.Dispose();
    }

    [Fact]
    public async Task Detach_WhileNothingHappens_GivesTheChannelAndEndsTheListening()
    {
        PredecessorLink link = Adopt();
        Task listening = Listen(link, _ => Assert.Fail("nothing was said"));
        using Descriptor? detached = link.Detach(Deadline.Limit);
        Assert.Equal(_ours.Number, detached?.Number);
        await listening.Soon();

        // Open, and the peer is still there.
        Assert.True(OpenFiles.IsOpen(detached!.Number));
        Assert.False(link.Channel.TrySend(new HandoverMessage.Force(By("too late"))));
        UnixStream.Send(detached, ChannelFixture.Frame(Messages.Commit), default, Deadline.Limit);
        using var peer = new HandoverChannel(_peer, Deadline.Limit);
        Assert.Equal(Messages.Commit, peer.Receive()!.Message);
    }

    // Whether it is still read here or is left for the next one depends on the moment; it must not be lost.
    [Fact]
    public async Task Detach_SomethingIsUnread_IsHeardHereOrByTheNextOne()
    {
        PredecessorLink link = Adopt();
        UnixStream.Send(_peer, ChannelFixture.Frame(Messages.Commit), default, Deadline.Limit);
        var heard = new List<HandoverMessage>();
        Task<Descriptor?> detaching = Task.Run(() => link.Detach(Deadline.Limit), TestContext.Current.CancellationToken);
        Task listening = Listen(link, received => heard.Add(received!.Message));
        using var next = new HandoverChannel((await detaching.Soon())!, Deadline.Limit);
        await listening.Soon();
        if (heard.Count == 0)
        {
            heard.Add(next.Receive()!.Message);
        }

        Assert.Equal([Messages.Commit], heard);
    }

    // Half a message is useless to the next one, and the whole of it to nobody.
    [Fact]
    public async Task Detach_ThePeerIsInTheMiddleOfAMessage_WaitsForTheRest()
    {
        PredecessorLink link = Adopt();
        byte[] frame = ChannelFixture.Frame(Messages.Commit);
        UnixStream.Send(_peer, frame.AsSpan(0, 7), default, Deadline.Limit);
        var heard = new List<HandoverMessage>();
        Task listening = Listen(link, received => heard.Add(received!.Message));
        SpinWait.SpinUntil(() => !Poller.Wait(_ours.Number, Libc.POLLIN, TimeSpan.Zero), Deadline.Limit);

        Task<Descriptor?> detaching = Task.Run(() => link.Detach(Deadline.Limit), TestContext.Current.CancellationToken);
        UnixStream.Send(_peer, frame.AsSpan(7), default, Deadline.Limit);

        using Descriptor? detached = await detaching.Soon();
        await listening.Soon();
        Assert.NotNull(detached);
        Assert.Equal([Messages.Commit], heard);
    }

    [Fact]
    public async Task Detach_ThePeerStaysInTheMiddleOfAMessage_GivesNothing()
    {
        PredecessorLink link = Adopt(TinyLimit);
        UnixStream.Send(_peer, ChannelFixture.Frame(Messages.Commit).AsSpan(0, 7), default, Deadline.Limit);
        Task listening = Listen(link, _ => Assert.Fail("it was never finished"));
        SpinWait.SpinUntil(() => !Poller.Wait(_ours.Number, Libc.POLLIN, TimeSpan.Zero), Deadline.Limit);
        Assert.Null(link.Detach(Deadline.Limit));
        Assert.Equal(RestartFailure.ProtocolError, (await listening.Failure()).Failure);
    }

    [Fact]
    public async Task Detach_ThePeerIsGone_GivesNothing()
    {
        PredecessorLink link = Adopt();
        var heard = new List<Received?>();
        Task listening = Listen(link, heard.Add);
        _peer.Dispose();
        await listening.Soon();
        Assert.Null(link.Detach(Deadline.Limit));
        Assert.Equal([null], heard);
    }

    [Fact]
    public async Task Detach_AtTheSameTimeAsThePeerGoes_GivesNothingOrAChannelThatHasEnded()
    {
        for (int i = 0; i < 100; i++)
        {
            var before = DescriptorCount.Take();
            (Descriptor ours, Descriptor peer) = UnixStream.CreatePair();
            PredecessorLink link = PredecessorLink.Adopt(new OlderProcess(4700, 5), ours, ownGeneration: 6, Deadline.Limit);
            Task listening = Listen(link, _ => { });
            Task closing = Task.Run(peer.Dispose, TestContext.Current.CancellationToken);
            link.Detach(Deadline.Limit)?.Dispose();
            await Task.WhenAll(listening, closing).Soon();
            before.AssertUnchanged();
        }
    }

    private static Task Listen(PredecessorLink link, Action<Received?> received) =>
        Task.Factory.StartNew(() => link.Listen(received), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private PredecessorLink Adopt(TimeSpan? limit = null) => PredecessorLink.Adopt(new OlderProcess(4700, 5), _ours, ownGeneration: 6, limit ?? Deadline.Limit);
}

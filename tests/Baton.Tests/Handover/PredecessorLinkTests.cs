using Baton.Handover;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Handover;

/// <summary>What a successor makes of its predecessor's answer to its greeting.</summary>
public sealed class PredecessorLinkTests : IDisposable
{
    private static readonly TimeSpan TinyLimit = TimeSpan.FromMilliseconds(10);
    private readonly ResourceRegistry _registry = new(new RecordingLogger());
    private readonly Descriptor _ours;
    private readonly Descriptor _theirs;

    public PredecessorLinkTests() => (_ours, _theirs) = UnixStream.CreatePair();

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
        _registry.Release([]);
    }

    [Fact]
    public void Greet_FirstOfAll_SaysWhoItIsAndWhatItSpeaks()
    {
        Answer(Batch(["tcp:127.0.0.1:80"], more: false), 1);
        using PredecessorLink link = Greet();

        using var predecessor = new HandoverChannel(_theirs, Deadline.Limit);
        var hello = new HandoverMessage.Hello(HandoverProtocol.MinVersion, HandoverProtocol.MaxVersion, Environment.ProcessId, "Shop 1.2.3") { TakesMore = true, Loads = ["lock", "state", "exclusive"] };
        Messages.AssertSame(hello, predecessor.Receive()!.Message);
        Assert.Equal((4710, 7), (link.Process.Pid, link.OwnGeneration));
    }

    // C4
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(1000)]
    public void Greet_ListenersInBatches_AllAreInherited(int count)
    {
        string[] keys = [.. Enumerable.Range(0, count).Select(i => $"tcp:127.0.0.1:{i}")];
        string[][] batches = count == 0 ? [[]] : [.. keys.Chunk(HandoverProtocol.MaxBatch)];
        foreach (string[] batch in batches)
        {
            Answer(Batch(batch, more: batch != batches[^1]), batch.Length);
        }

        using PredecessorLink link = Greet();
        Assert.Equal(count, _registry.Unclaimed.Count);
    }

    [Fact]
    public void Greet_WithThePlaceInATrace_IsThatOfTheFirstBatch()
    {
        Answer(Batch(["tcp:127.0.0.1:80"], more: true) with { Trace = Messages.Trace }, 1);
        Answer(Batch(["tcp:127.0.0.1:81"], more: false), 1);
        using PredecessorLink link = Greet();
        Assert.Equal(Messages.Trace, link.Trace);
    }

    // F8
    [Fact]
    public void Greet_PredecessorIsGone_SaysSo()
    {
        _theirs.Dispose();
        Assert.Equal(RestartFailure.PeerLost, GreetFails().Failure);
    }

    // F8
    [Fact]
    public async Task Greet_PredecessorDiesBetweenBatches_SaysSo()
    {
        Answer(Batch(["tcp:127.0.0.1:80"], more: true), 1);
        using var predecessor = new HandoverChannel(_theirs, Deadline.Limit);
        Task<RestartException> failing = Task.Run(() => GreetFails(), TestContext.Current.CancellationToken);
        predecessor.Receive();
        predecessor.Dispose();
        Assert.Equal(RestartFailure.PeerLost, (await failing.Soon()).Failure);
    }

    // S6
    [Fact]
    public void Greet_PredecessorNeverAnswers_HitsTheLimit() =>
        Assert.Contains("sent no listeners within", GreetFails(TinyLimit).Message, StringComparison.Ordinal);

    // C10
    [Fact]
    public void Greet_Refused_SaysWhy()
    {
        Answer(new HandoverMessage.Refused("the successor speaks handover protocol 2 to 3"));
        Assert.Contains("refused: the successor speaks handover protocol 2 to 3", GreetFails().Message, StringComparison.Ordinal);
    }

    // C10
    [Fact]
    public void Greet_AnotherMessage_IsAProtocolError()
    {
        Answer(Messages.Commit);
        RestartException failure = GreetFails();
        Assert.Equal(RestartFailure.ProtocolError, failure.Failure);
        Assert.Contains("Instead of listeners came Commit", failure.Message, StringComparison.Ordinal);
    }

    // C10
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Greet_MoreOrFewerDescriptorsThanKeys_IsAProtocolErrorAndClosesThem(int descriptors)
    {
        var before = DescriptorCount.Take();
        Answer(Batch(["tcp:127.0.0.1:80", "tcp:127.0.0.1:81"], more: false), descriptors);
        Assert.Equal(RestartFailure.ProtocolError, GreetFails().Failure);
        before.AssertChangedBy(-1);
    }

    // C10, C6
    [Fact]
    public void Greet_AKeyTwice_IsAProtocolErrorAndEveryDescriptorIsClosed()
    {
        Answer(Batch(["tcp:127.0.0.1:80", "tcp:127.0.0.1:80", "tcp:127.0.0.1:81"], more: false), 3);
        var before = DescriptorCount.Take();
        Assert.Equal(RestartFailure.ProtocolError, GreetFails().Failure);

        _registry.Release([]);
        before.AssertChangedBy(-1);
    }

    // C10
    [Fact]
    public void Greet_AKeyThatIsNull_IsAProtocolError()
    {
        Answer(Batch([null!], more: false), 1);
        Assert.Equal(RestartFailure.ProtocolError, GreetFails().Failure);
    }

    // F8
    [Fact]
    public void Listen_PredecessorSpeaksAndEnds_PassesOnEverythingAndTheEnd()
    {
        Answer(Batch([], more: false));
        using PredecessorLink link = Greet();
        Answer(Messages.Commit);
        using (var predecessor = new HandoverChannel(_theirs, Deadline.Limit))
        {
            // A socket that is closed with something unread resets the stream.
            predecessor.Receive();
        }

        var heard = new List<HandoverMessage?>();
        link.Listen(received => heard.Add(received?.WithoutDescriptors()));
        Assert.Equal([Messages.Commit, null], heard);
    }

    // C10
    [Fact]
    public void Listen_PredecessorTalksNonsense_Fails()
    {
        Answer(Batch([], more: false));
        using PredecessorLink link = Greet();
        UnixStream.Send(_theirs, ChannelFixture.Frame("nonsense"), default, Deadline.Limit);

        Assert.Equal(RestartFailure.ProtocolError, Assert.Throws<RestartException>(() => link.Listen(_ => { })).Failure);
    }

    private static HandoverMessage.Listeners Batch(string[] keys, bool more) => new(Version: 1, Pid: 4710, Generation: 7, keys, more);

    // Any descriptor will do: nothing here looks at what it leads to.
    private void Answer(HandoverMessage message, int descriptors = 0) =>
        UnixStream.Send(_theirs, ChannelFixture.Frame(message), Enumerable.Repeat(0, descriptors).ToArray(), Deadline.Limit);

    private PredecessorLink Greet(TimeSpan? limit = null) => PredecessorLink.Greet(_ours, _registry.Unclaimed, "Shop 1.2.3", limit ?? Deadline.Limit);

    private RestartException GreetFails(TimeSpan? limit = null) => Assert.Throws<RestartException>(() => Greet(limit).Dispose());
}

using System.Collections.Concurrent;
using Baton.Handover;
using Baton.Interop;
using Baton.Tests.Support;

namespace Baton.Tests.Handover;

/// <summary>Channels to older generations over real socket pairs: heard, forced, and passed on.</summary>
public sealed class OlderGenerationsTests : IDisposable
{
    private readonly OlderGenerations _older = new(Deadline.Limit, new RecordingLogger());
    private readonly List<HandoverChannel> _channels = [];

    public void Dispose() => _channels.ForEach(c => c.Dispose());

    [Fact]
    public void Adopt_WhatThePredecessorPassesOn_IsKnownNewestFirst()
    {
        Adopt(_older, 3, 5, 4);
        Assert.Equal([5, 4, 3], _older.Living.Select(s => s.Generation));
        Assert.All(_older.Living, s => Assert.Equal((4700 + s.Generation, ProcessState.HandedOver, 0), (s.Pid, s.State, s.RequestCount)));
    }

    [Fact]
    public void Adopt_OneReports_ItsStatusIsWhatItSaidLast()
    {
        HandoverChannel fifth = Adopt(_older, 5)[0];
        fifth.Send(new HandoverMessage.Report(Status(5, requests: 7)));
        fifth.Send(new HandoverMessage.Report(Status(5, requests: 3)));
        Await(() => Assert.Single(_older.Living) is { RequestCount: 3, State: ProcessState.Draining });
    }

    [Fact]
    public void Adopt_OneEnds_IsForgotten()
    {
        HandoverChannel[] channels = Adopt(_older, 4, 5);
        channels[0].Dispose();
        Await(() => _older.Living.Count == 1);
        Assert.Equal(5, _older.Living[0].Generation);
    }

    [Fact]
    public void Adopt_OneHasNothingToDoAnyMoreAndEnds_WhoListensIsTold()
    {
        var told = new ConcurrentQueue<(int, DateTimeOffset?, bool)>();
        _older.Departed = (generation, drainedAt, gone) => told.Enqueue((generation, drainedAt, gone));
        HandoverChannel fifth = Adopt(_older, 5)[0];
        fifth.Send(new HandoverMessage.Report(Status(5, requests: 1)));
        fifth.Send(new HandoverMessage.Report(Status(5, requests: 0) with { DrainedAt = DateTimeOffset.UnixEpoch }));
        fifth.Dispose();
        Await(() => told.Count == 2);
        Assert.Equal([(5, DateTimeOffset.UnixEpoch, false), (5, null, true)], told);
    }

    [Fact]
    public void PassOn_AChannel_IsNoNewsThatItsProcessHasEnded()
    {
        bool told = false;
        _older.Departed = (_, _, _) => told = true;
        Adopt(_older, 5);
        using var successor = new ChannelSuccessor();
        _older.PassOn(successor);
        successor.Hears().WithoutDescriptors();
        Assert.False(told);
    }

    // Only its news are missing then.
    [Fact]
    public void Adopt_OneTalksNonsense_IsForgotten()
    {
        (Descriptor ours, Descriptor theirs) = UnixStream.CreatePair();
        using (theirs)
        {
            Adopt(_older, 5, ours);
            UnixStream.Send(theirs, ChannelFixture.Frame("nonsense"), default, Deadline.Limit);
            Await(() => _older.Living.Count == 0);
        }
    }

    [Fact]
    public void Adopt_MoreChannelsThanNames_AdoptsNoneAndLeavesNothingOpen()
    {
        var before = DescriptorCount.Take();
        (Descriptor first, Descriptor second) = UnixStream.CreatePair();
        var confirmed = new HandoverMessage.Confirmed([new OlderProcess(4705, 5)]);
        _older.Adopt(confirmed, new Received(confirmed, [first, second]), ownGeneration: 6);
        Assert.Empty(_older.Living);
        before.AssertUnchanged();
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 2)]
    [InlineData(3, 0)]
    [InlineData(7, 0)]
    public void ForceDownTo_MoreThanMayLive_ForcesTheOldest(int most, int forced)
    {
        HandoverChannel[] channels = Adopt(_older, 5, 3, 4);
        _older.ForceDownTo(most, By("too many"));
        HandoverChannel[] oldestFirst = [channels[1], channels[2], channels[0]];
        Assert.All(oldestFirst.Take(forced), c => Assert.Equal(new HandoverMessage.Force(By("too many")), c.Receive()!.Message));
        Assert.All(oldestFirst.Skip(forced), c => Assert.False(Poller.Wait(c.Number, Libc.POLLIN, TimeSpan.Zero)));
    }

    [Fact]
    public void ForceDownTo_OneIsGone_GoesOnToTheNext()
    {
        HandoverChannel[] channels = Adopt(_older, 3, 4);
        channels[0].Dispose();
        _older.ForceDownTo(0, By("too many"));
        Assert.Equal(new HandoverMessage.Force(By("too many")), channels[1].Receive()!.Message);
    }

    // A drains, B serves and restarts to C: what A says must reach C, and what C wants must reach A.
    [Fact]
    public void PassOn_ToTheNextGeneration_ThatOneHearsAndForcesTheOldest()
    {
        HandoverChannel oldest = Adopt(_older, 5)[0];
        oldest.Send(new HandoverMessage.Report(Status(5, requests: 7)));
        Await(() => _older.Living[0].RequestCount == 7);

        using var successor = new ChannelSuccessor();
        _older.PassOn(successor);
        Assert.Empty(_older.Living);

        // Said before anybody listens again.
        oldest.Send(new HandoverMessage.Report(Status(5, requests: 6)));
        Received confirmed = successor.Hears();
        var next = new OlderGenerations(Deadline.Limit, new RecordingLogger());
        next.Adopt(Assert.IsType<HandoverMessage.Confirmed>(confirmed.Message), confirmed, ownGeneration: 7);

        Await(() => next.Living.Count == 1 && next.Living[0].RequestCount == 6);
        next.ForceDownTo(0, By("too many"));
        Assert.Equal(new HandoverMessage.Force(By("too many")), oldest.Receive()!.Message);
        oldest.Dispose();
        Await(() => next.Living.Count == 0);
    }

    // It has the generation that its successor had after it; that one's departure is another.
    [Fact]
    public void PassOn_OneWasRolledBack_NextGenerationHearsAndForcesItButNotAsOneThatItReplaced()
    {
        (HandoverChannel ours, Descriptor theirs) = HandoverChannel.CreatePair(Deadline.Limit);
        using var returned = new HandoverChannel(theirs, Deadline.Limit);
        _older.Add(new DepartingProcess(4706, 6, () => Status(6, requests: 7), _ => { }, _ => ours.Detach()));
        using var successor = new ChannelSuccessor();
        _older.PassOn(successor);
        Assert.Empty(_older.Living);

        Received confirmed = successor.Hears();
        bool told = false;
        var next = new OlderGenerations(Deadline.Limit, new RecordingLogger()) { Departed = (_, _, _) => told = true };
        next.Adopt(Assert.IsType<HandoverMessage.Confirmed>(confirmed.Message), confirmed, ownGeneration: 6);
        returned.Send(new HandoverMessage.Remaining(Status(1, requests: 3) with { DrainedAt = DateTimeOffset.UnixEpoch }));
        Await(() => next.Living is [{ Pid: 4706, Generation: 6, RequestCount: 3 }]);
        next.ForceDownTo(0, By("too many"));
        Assert.Equal(new HandoverMessage.Force(By("too many")), returned.Receive()!.Message);
        returned.Dispose();
        Await(() => next.Living.Count == 0);
        Assert.False(told);
    }

    [Fact]
    public void PassOn_SomeAreGone_PassesOnTheOthersAndLeavesNothingOpen()
    {
        var before = DescriptorCount.Take();
        HandoverChannel[] channels = Adopt(_older, 4, 5);
        channels[0].Dispose();
        Await(() => _older.Living.Count == 1);
        using (var successor = new ChannelSuccessor())
        {
            _older.PassOn(successor);
            Received confirmed = successor.Hears();
            Assert.Equal([new OlderProcess(4705, 5)], Assert.IsType<HandoverMessage.Confirmed>(confirmed.Message).Older);
            Assert.Single(confirmed.Descriptors);
            confirmed.WithoutDescriptors();
        }

        Assert.Null(channels[1].Receive());
        channels[1].Dispose();
        before.AssertUnchanged();
    }

    [Fact]
    public void PassOn_NoneAreLeft_ConfirmsAllTheSame()
    {
        using var successor = new ChannelSuccessor();
        _older.PassOn(successor);
        Assert.Empty(Assert.IsType<HandoverMessage.Confirmed>(successor.Hears().Message).Older);
    }

    private static GenerationStatus Status(int generation, int requests) =>
        new()
        {
            Pid = 4700 + generation, Generation = generation, State = ProcessState.Draining, Connections = new Dictionary<string, int> { ["http/1.1"] = 1 }, RequestCount = requests,
        };

    // By another thread, in a moment.
    private static void Await(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Deadline.Limit));

    private static void Adopt(OlderGenerations older, int generation, Descriptor channel)
    {
        var confirmed = new HandoverMessage.Confirmed([new OlderProcess(4700 + generation, generation)]);
        older.Adopt(confirmed, new Received(confirmed, [channel]), ownGeneration: 6);
    }

    private HandoverChannel[] Adopt(OlderGenerations older, params int[] generations) => [.. generations.Select(generation =>
    {
        (HandoverChannel theirs, Descriptor ours) = HandoverChannel.CreatePair(Deadline.Limit);
        _channels.Add(theirs);
        Adopt(older, generation, ours);
        return theirs;
    })];
}

using System.Collections.Concurrent;
using Baton.Handover;
using Baton.Interop;
using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Handover;

/// <summary>The predecessor's side, over a shell that writes prepared frames in the place of a successor.</summary>
public sealed partial class SuccessorLinkTests : IDisposable
{
    private const int Generation = 2;

    // One that hangs: it neither reads nor ends until it is killed.
    private const string Hang = "kill -STOP $$";

    private static readonly HandoverMessage Hello = new HandoverMessage.Hello(HandoverProtocol.MinVersion, HandoverProtocol.MaxVersion, Pid: 4711, "Shop 1.2.3");

    private readonly TemporaryDirectory _directory = new();
    private readonly RegistryFixture _listeners = new();
    private readonly BlockingCollection<PeerEvent> _events = [];
    private readonly List<SuccessorLink> _started = [];

    public void Dispose()
    {
        // Of a test that failed: one that hangs would stay, with our standard output open.
        _started.ForEach(link => link.Kill());
        _listeners.Dispose();
        _directory.Dispose();
        _events.Dispose();
    }

    [Fact]
    public void Run_SuccessorGreets_GetsTheListeners()
    {
        _listeners.Registry.Listen(RegistryFixture.AnyPort);
        SuccessorLink link = Start([ChannelFixture.Frame(Hello)], Hang);
        Assert.Equal(new PeerEvent.Said(Hello), Next());
        Assert.Equal(1, link.ListenersGiven);
        Kill(link);
    }

    // F2: it is gone before it can be answered, and its own account is what counts.
    [Fact]
    public void Run_SuccessorEndsWhileItIsGreeted_ReportsItsReasonAndItsEnd()
    {
        _listeners.Registry.Listen(RegistryFixture.AnyPort);
        using var pid = new BlockingCollection<int>();
        byte[][] frames = [.. ((HandoverMessage[])[new HandoverMessage.Failed("a"), Hello, new HandoverMessage.Failed("no such database")]).Select(ChannelFixture.Frame)];

        // Holds the conversation at its first word until the successor has ended.
        SuccessorLink link = Start(frames, "exit 7", happened =>
        {
            if (happened is PeerEvent.Said { Message: HandoverMessage.Failed { Reason: "a" } })
            {
                using var process = SpawnedProcess.Watch(pid.Take());
                Poller.Wait(process.PidfdNumber, Libc.POLLIN, Deadline.Limit);
            }

            _events.Add(happened);
        });
        pid.Add(link.Pid, TestContext.Current.CancellationToken);

        Assert.Equal(new HandoverMessage.Failed("a"), Said<HandoverMessage.Failed>());
        Assert.Equal(new PeerEvent.Said(Hello), Next());
        Assert.Equal(new HandoverMessage.Failed("no such database"), Said<HandoverMessage.Failed>());
        Assert.Equal(new PeerEvent.Ended(new ExitStatus(7, null)), Next());
    }

    // C5: its server closes a listener at the very moment in which it is passed on. The thread that passes it on must not end this process.
    [Fact]
    public void Run_AListenerIsClosedWhileItIsPassedOn_OnlyTheHandoverBreaks()
    {
        _listeners.Registry.Listen(RegistryFixture.AnyPort);
        Assert.Single(_listeners.Registry.Resources.Held).Dispose();
        SuccessorLink link = StartGreeted([], Hang);
        Assert.IsType<PeerEvent.Broken>(Next());
        Kill(link);
    }

    // F5: what it said before it ended comes first.
    [Fact]
    public void Run_SuccessorSpeaksAndEndsAtOnce_EverythingIsHeardInOrder()
    {
        StartGreeted(
            [ChannelFixture.Frame(new HandoverMessage.Progress(Named("warming up"), "")), ChannelFixture.Frame(new HandoverMessage.Failed("no such database"))], "exit 1");
        Assert.Equal(new HandoverMessage.Progress(Named("warming up"), ""), Said<HandoverMessage.Progress>());
        Assert.Equal(new HandoverMessage.Failed("no such database"), Said<HandoverMessage.Failed>());
        Assert.Equal(new PeerEvent.Ended(new ExitStatus(1, null)), Next());
    }

    [Fact]
    public void Run_SuccessorIsReady_TellsWhatItClaimed()
    {
        SuccessorLink link = StartGreeted([ChannelFixture.Frame(new HandoverMessage.Ready(["tcp:127.0.0.1:0"]))], Hang);
        Assert.Equal(["tcp:127.0.0.1:0"], Said<HandoverMessage.Ready>().Claimed);
        Kill(link);
    }

    [Fact]
    public void Run_SuccessorOnProbation_EverythingItSaysIsToldInOrder()
    {
        HandoverMessage[] said =
            [new HandoverMessage.Alive(3, 5), new HandoverMessage.Unhealthy("no database"), new HandoverMessage.Stopping(By("SIGTERM")), new HandoverMessage.Force(By("too many"))];
        SuccessorLink link = StartGreeted(said.Select(ChannelFixture.Frame), Hang);
        Assert.Equal(new HandoverMessage.Alive(3, 5), Said<HandoverMessage.Alive>());
        Assert.Equal(new HandoverMessage.Unhealthy("no database"), Said<HandoverMessage.Unhealthy>());
        Assert.Equal(new HandoverMessage.Stopping(By("SIGTERM")), Said<HandoverMessage.Stopping>());
        Assert.Equal(new HandoverMessage.Force(By("too many")), Said<HandoverMessage.Force>());
        Kill(link);
    }

    // F4
    [Fact]
    public void Kill_SuccessorHangs_EndsIt()
    {
        SuccessorLink link = Start([], Hang);
        Kill(link);
    }

    // C10
    [Fact]
    public void Run_NoVersionInCommon_IsBrokenAndNamesBothRanges()
    {
        SuccessorLink link = Start([ChannelFixture.Frame(new HandoverMessage.Hello(8, 9, Pid: 4711, "Shop 9.0.0"))], Hang);
        RestartException cause = Assert.IsType<PeerEvent.Broken>(Next()).Cause;
        Assert.Equal(RestartFailure.ProtocolError, cause.Failure);
        Assert.Contains("the successor speaks handover protocol 8 to 9", cause.Message, StringComparison.Ordinal);
        Kill(link);
    }

    // C10
    [Fact]
    public void Run_Garbage_IsBroken()
    {
        SuccessorLink link = Start([ChannelFixture.Frame("garbage")], Hang);
        Assert.Equal(RestartFailure.ProtocolError, Assert.IsType<PeerEvent.Broken>(Next()).Cause.Failure);
        Kill(link);
    }

    // C10
    [Fact]
    public void Run_AMessageOnlyAPredecessorSends_IsBroken()
    {
        SuccessorLink link = StartGreeted([ChannelFixture.Frame(Messages.Commit)], Hang);
        Assert.Contains("A successor does not send Commit", Assert.IsType<PeerEvent.Broken>(Next()).Cause.Message, StringComparison.Ordinal);
        Kill(link);
    }

    // C10: without a greeting it has no listeners to serve on.
    [Fact]
    public void Run_ReadyBeforeHello_IsBroken()
    {
        SuccessorLink link = Start([ChannelFixture.Frame(new HandoverMessage.Ready([]))], Hang);
        Assert.Contains("Ready before Hello", Assert.IsType<PeerEvent.Broken>(Next()).Cause.Message, StringComparison.Ordinal);
        Kill(link);
    }

    // C10
    [Fact]
    public void Run_HelloTwice_IsBroken()
    {
        SuccessorLink link = StartGreeted([ChannelFixture.Frame(Hello)], Hang);
        Assert.Contains("Hello a second time", Assert.IsType<PeerEvent.Broken>(Next()).Cause.Message, StringComparison.Ordinal);
        Kill(link);
    }

    // C10
    [Fact]
    public void Run_AnOptionalMessageOfANewerVersion_IsPassedOver()
    {
        StartGreeted([ChannelFixture.Frame("""{"kind":"later","optional":true,"body":{}}"""), ChannelFixture.Frame(new HandoverMessage.Progress(Named("a"), ""))], "exit 0");
        Assert.Equal(new HandoverMessage.Progress(Named("a"), ""), Said<HandoverMessage.Progress>());
        Assert.Equal(new PeerEvent.Ended(new ExitStatus(0, null)), Next());
    }

    // F9
    [Fact]
    public void Commit_SuccessorHasEnded_SaysThatItIsGone()
    {
        SuccessorLink link = Start([], "exit 0");
        Assert.IsType<PeerEvent.Ended>(Next());
        Assert.Equal(RestartFailure.PeerLost, Assert.Throws<RestartException>(() => link.Commit(new HandoverMessage.Commit(TimeSpan.Zero, TimeSpan.Zero))).Failure);
        link.TryTell(new HandoverMessage.Refused("a courtesy"));
        link.Kill();
    }

    // C6
    [Fact]
    public void Run_SuccessorHasEnded_NothingOfItIsLeftOpen()
    {
        Start([], "exit 0");
        Assert.IsType<PeerEvent.Ended>(Next());
        var before = DescriptorCount.Take();
        SuccessorLink link = Start([ChannelFixture.Frame(Hello)], Hang);
        Assert.Equal(new PeerEvent.Said(Hello), Next());
        Kill(link);
        before.AssertUnchanged();
    }

    // F1
    [Fact]
    public void Start_ProgramIsMissing_LeavesNothingOpen()
    {
        var before = DescriptorCount.Take();
        var command = new StartCommand(_directory.File("App"), ["App"], _directory.Path, new Dictionary<string, string>());
        Assert.Throws<RestartException>(() => Start(command));
        before.AssertUnchanged();
    }

    private T Said<T>()
        where T : HandoverMessage => Assert.IsType<T>(Assert.IsType<PeerEvent.Said>(Next()).Message);

    private PeerEvent Next()
    {
        Assert.True(_events.TryTake(out PeerEvent? next, Deadline.Limit), "nothing more happens");
        return next;
    }

    private void Kill(SuccessorLink link)
    {
        link.Kill();
        Assert.Equal(new PeerEvent.Ended(new ExitStatus(null, 9)), Next());
    }

    private SuccessorLink StartGreeted(IEnumerable<byte[]> frames, string end)
    {
        SuccessorLink link = Start([ChannelFixture.Frame(Hello), .. frames], end);
        Assert.Equal(new PeerEvent.Said(Hello), Next());
        return link;
    }

    private SuccessorLink Start(IEnumerable<byte[]> frames, string end, Action<PeerEvent>? post = null)
    {
        string file = _directory.File(Path.GetRandomFileName());
        File.WriteAllBytes(file, [.. frames.SelectMany(f => f)]);
        string script = $"cat {file} >&{HandoverProtocol.InheritedDescriptor}; {end}";
        return Start(new StartCommand("/bin/sh", ["sh", "-c", script], _directory.Path, new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }), post);
    }

    private SuccessorLink Start(StartCommand command, Action<PeerEvent>? post = null)
    {
        SuccessorLink link = SuccessorLink.Start(command, blockedSignals: [], _listeners.Registry.Resources, Generation, Deadline.Limit, post ?? _events.Add);
        _started.Add(link);
        return link;
    }
}

using Baton.Handover;
using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Handover;

/// <content>Others who have the channel of a successor that has ended.</content>
public sealed partial class SuccessorLinkTests
{
    // A later generation has its channel, and may have something to say to this process.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_SuccessorThatServedForGoodHasEndedButAnotherProcessHasItsChannel_IsStillHeard(bool confirmed)
    {
        File.WriteAllBytes(_directory.File("frame"), ChannelFixture.Frame(new HandoverMessage.Force(By("too many"))));
        var before = DescriptorCount.Take();
        SuccessorLink link = StartGreeted(confirmed ? [] : [ChannelFixture.Frame(new HandoverMessage.HandedOn())], WaitFor("end", $"({WaitFor("go", Say("frame"))}) >/dev/null & exit 0"));
        if (confirmed)
        {
            link.Confirm([]);
        }
        else
        {
            Said<HandoverMessage.HandedOn>();
        }

        File.WriteAllBytes(_directory.File("end"), []);
        Assert.Equal(new PeerEvent.Ended(new ExitStatus(0, null)), Next());
        File.WriteAllBytes(_directory.File("go"), []);
        Assert.Equal(new HandoverMessage.Force(By("too many")), Said<HandoverMessage.Force>());
        before.AssertUnchanged();
    }

    // A process that it started, or one that somebody started in it, has a copy of its channel and lives on: nobody is to obey that, nor to wait for its end.
    [Fact]
    public void Run_SuccessorThatDidNotServeForGoodHasEndedButAnotherProcessHasItsChannel_TheTalkIsOver()
    {
        File.WriteAllBytes(_directory.File("frame"), ChannelFixture.Frame(new HandoverMessage.Force(By("an orphan"))));
        var before = DescriptorCount.Take();
        for (int i = 0; i < 3; i++)
        {
            string said = _directory.File($"said{i}");
            StartGreeted([], $"({WaitFor("go", Say("frame"))} 2>/dev/null; echo >{said}) >/dev/null & exit 0");
            Assert.Equal(new PeerEvent.Ended(new ExitStatus(0, null)), Next());
        }

        before.AssertUnchanged();
        File.WriteAllBytes(_directory.File("go"), []);
        Assert.True(SpinWait.SpinUntil(() => Enumerable.Range(0, 3).All(i => File.Exists(_directory.File($"said{i}"))), Deadline.Limit));
        Assert.False(_events.TryTake(out _));
    }

    // A child of the successor has a copy of its channel while the successor lives: what it says, also in the middle of a message of
    // the successor, is not heard.
    [Fact]
    public void Run_AnotherProcessHasTheChannelOfASuccessorThatLives_OnlyTheSuccessorIsHeard()
    {
        File.WriteAllBytes(_directory.File("frame"), ChannelFixture.Frame(new HandoverMessage.Force(By("a child"))));
        File.WriteAllBytes(_directory.File("part"), ChannelFixture.Frame(new HandoverMessage.Force(By("a child")))[..9]);
        byte[] warmUp = ChannelFixture.Frame(new HandoverMessage.Progress(Named("warm-up"), ""));
        string[] steps =
        [
            SayItself(ChannelFixture.Frame(Hello)), Say("frame"), Say("part"), SayItself(warmUp[..3]), Say("frame"), SayItself(warmUp[3..10]), Say("part"), SayItself(warmUp[10..]), Say("frame"),
            SayItself(ChannelFixture.Frame(new HandoverMessage.Failed("the reason"))), Hang,
        ];
        SuccessorLink link = Start(new StartCommand("/bin/sh", ["sh", "-c", string.Join("; ", steps)], _directory.Path, new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }));

        Said<HandoverMessage.Hello>();
        Assert.Equal(new HandoverMessage.Progress(Named("warm-up"), ""), Said<HandoverMessage.Progress>());
        Assert.Equal(new HandoverMessage.Failed("the reason"), Said<HandoverMessage.Failed>());
        Kill(link);
    }

    // One that never stops must not keep this process from the news of the successor's end.
    [Fact]
    public void Run_SuccessorHasEndedAndAnotherProcessSaysMoreAndMore_ItsEndIsHeard()
    {
        File.WriteAllBytes(_directory.File("frame"), ChannelFixture.Frame(new HandoverMessage.Progress(Named("an orphan"), "")));
        StartGreeted([], $"(while {Say("frame")}; do :; done) >/dev/null 2>&1 & exit 0");
        PeerEvent next;
        do
        {
            next = Next();
        }
        while (next is PeerEvent.Said { Message: HandoverMessage.Progress });
        Assert.Equal(new PeerEvent.Ended(new ExitStatus(0, null)), next);
    }

    private string WaitFor(string file, string then) => $"until [ -e {_directory.File(file)} ]; do sleep 0.01; done; {then}";

    private string Say(string file) => $"cat {_directory.File(file)} >&{HandoverProtocol.InheritedDescriptor}";

    // The shell's own command, so no other process.
    private static string SayItself(byte[] bytes) =>
        $"printf '{string.Concat(bytes.Select(b => $"\\{Convert.ToString(b, toBase: 8).PadLeft(3, '0')}"))}' >&{HandoverProtocol.InheritedDescriptor}";
}

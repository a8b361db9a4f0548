using Baton.Tests.Support;

namespace Baton.Tests.Control;

/// <summary>What one hears who asked for nothing.</summary>
public class EventsConversationTests
{
    [Fact]
    public void Events_OfARestartThatSomebodyElseAskedFor_AreToldUntilThisProcessHasHandedOverForGood()
    {
        ConversationFixture fixture = Following(LifecycleFixture.Serving());
        fixture.Process.Options.Probation = TimeSpan.FromSeconds(10);
        Assert.Equal("status Serving", fixture.Said());

        fixture.Process.AskRestart();
        Assert.Equal("accepted, Serving->Restarting, phase spawn, successor 0", fixture.Said());
        fixture.Tick();
        Assert.Equal("status Restarting", fixture.Said());
        fixture.Process.Do(() => fixture.Process.Successor.SaysReady());
        Assert.Equal("phase commit, phase probation, Restarting->HandedOver, drain", fixture.Said());
        fixture.Process.AskRestart();
        Assert.Equal("held", fixture.Said());
        fixture.Process.PassProbation();

        // The outcome of the one that was held, and of the other; then the end.
        Assert.Equal("HandedOver->Draining, outcome AlreadyHandedOver, outcome good, end", string.Join(", ", fixture.Said().Split(", ").Where(w => w != "drain")));
    }

    [Fact]
    public void Events_OfARestartThatFails_GoOn()
    {
        ConversationFixture fixture = Following(LifecycleFixture.Serving());
        fixture.Process.Effects.StartFailure = new RestartException(RestartFailure.SpawnFailed, "no such file");
        fixture.Process.AskRestart();
        Assert.Equal("status Serving, accepted, Serving->Restarting, phase spawn, Restarting->Serving, outcome SpawnFailed serves", fixture.Said());
        fixture.Process.AskRestart();
        Assert.Equal("accepted, Serving->Restarting, phase spawn, Restarting->Serving, outcome SpawnFailed serves", fixture.Said());
    }

    [Fact]
    public void Events_OfARestartThatIsRefused_SayWhy()
    {
        ConversationFixture fixture = Following(LifecycleFixture.Restarting(out _));
        fixture.Said();
        fixture.Process.AskRestart();
        Assert.Equal("outcome InProgress serves", fixture.Said());
    }

    [Fact]
    public void Events_OfAShutdown_EndWithTheProcess()
    {
        ConversationFixture fixture = Following(LifecycleFixture.Serving());
        fixture.Said();
        fixture.Process.Shutdown();
        Assert.Equal("Serving->ShuttingDown, drain", fixture.Said());
        fixture.Process.Effects.WorkEnds();
        fixture.Process.Do(() => { });
        fixture.Finish();
        Assert.Equal("ShuttingDown->Exited, end", fixture.Said());
    }

    private static ConversationFixture Following(LifecycleFixture process)
    {
        var fixture = new ConversationFixture(process);
        fixture.Follow();
        return fixture;
    }
}

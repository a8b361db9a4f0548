using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>The application ends by itself: whoever else can serve, does.</summary>
public class LeavingTests
{
    [Fact]
    public void Leave_Serving_IsAShutdown()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        Leave(fixture);
        fixture.Journal.AssertOrder("close gate", "release all but []", "drain", "announce stopping");
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
    }

    [Fact]
    public async Task Leave_HandedOver_ConfirmsTheSuccessorBeforeItsTime()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out Task<RestartRecord> outcome);
        Leave(fixture);
        fixture.Journal.AssertOrder("confirm 4711", "release all but []");
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
        Assert.Equal(FakeEffects.FirstSuccessorPid, (await outcome.Soon()).SuccessorPid);
        Assert.DoesNotContain("ShutdownAsked", fixture.Logger.EventNames);
    }

    // Its end has not been heard of yet: there is nobody who serves.
    [Fact]
    public void Leave_HandedOverToOneThatHasEnded_IsAShutdown()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Successor.Lives = false;
        Leave(fixture);
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
        Assert.Equal(0, fixture.Journal.Count("confirm 4711"));
    }

    [Fact]
    public void Leave_OnProbation_GivesBack()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        Leave(fixture);
        fixture.Journal.AssertOrder("close gate", "tell predecessor Unhealthy { Reason = the host ends by itself, Ends = True }");
        Assert.Equal(ProcessState.OnProbation, fixture.Lifecycle.State);

        fixture.Do(fixture.Lifecycle.Probation.TakenBack);
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
        Assert.Equal(1, fixture.Journal.Count("return listeners"));
    }

    [Theory]
    [InlineData(null, "the host ends by itself")]
    [InlineData("Metrics failed: the port is in use", "Metrics failed: the port is in use")]
    public void Leave_Starting_TellsThePredecessorWhatIsKnownOfTheCause(string? fault, string reason)
    {
        var fixture = new LifecycleFixture(hasPredecessor: true, generation: 2);
        fixture.Do(() => fixture.Lifecycle.Shutdown.Leave(By("the host"), fault));
        Assert.Equal(1, fixture.Journal.Count($"tell predecessor Failed {{ Reason = {reason} }}"));
        Assert.True(fixture.Lifecycle.Shutdown.EndsByItself);
    }

    // The operator's word is the reason, also when the application ends because of it.
    [Fact]
    public void Leave_StartingAndAskedToShutDown_IsNotTheReason()
    {
        var fixture = new LifecycleFixture(hasPredecessor: true, generation: 2);
        fixture.Shutdown();
        Leave(fixture);
        Assert.False(fixture.Lifecycle.Shutdown.EndsByItself);
    }

    // Nobody else can serve then, and this process is about to end.
    [Theory]
    [InlineData("confirmed")]
    [InlineData("gone")]
    [InlineData("silent")]
    public void Leave_OnProbationAndNobodyTakesOver_ShutsDown(string predecessor)
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        Leave(fixture);
        if (predecessor == "silent")
        {
            fixture.Pass(fixture.Options.HandshakeTimeout);
        }
        else
        {
            fixture.Do(() => fixture.Lifecycle.Start.PredecessorLeft(predecessor));
        }

        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
        Assert.Equal(1, fixture.Journal.Count("release all but []"));
    }

    [Fact]
    public void Leave_OnProbationAndThePredecessorCantBeTold_ShutsDownAtOnce()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Effects.PredecessorLives = false;
        Leave(fixture);
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
    }

    [Fact]
    public void Leave_Restarting_KillsTheSuccessorAndShutsDown()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        Leave(fixture);
        Assert.Equal(1, fixture.Journal.Count("kill 4711"));
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
    }

    [Fact]
    public void Leave_Draining_IsNoNews()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        int before = fixture.Journal.Entries.Count;
        Leave(fixture);
        Assert.Equal(before, fixture.Journal.Entries.Count);
    }

    private static void Leave(LifecycleFixture fixture) => fixture.Do(() => fixture.Lifecycle.Shutdown.Leave(By("the host")));
}

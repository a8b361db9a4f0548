using Baton.Handover;
using Baton.Lifecycle;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>State comes back at a roll back, if a living successor can hand it back; else the predecessor goes on with what it had.</summary>
public class StateRollBackTests
{
    private static readonly StateRow[] Hits = [new("hits", 1, 0, "")];

    [Fact]
    public void RollBack_StateIsWantedBack_IsLoadedBeforeTheGateOpens()
    {
        LifecycleFixture fixture = WatchingState(out Task<RestartRecord> outcome);
        fixture.Do(() => fixture.Successor.Says(new HandoverMessage.Unhealthy("sick") { HandsBack = true }));
        Assert.Equal(1, fixture.Journal.Count("open gate"));
        fixture.Do(() => fixture.Successor.Says(new HandoverMessage.HandedBack([], Hits, null)));
        Assert.Equal(1, fixture.Journal.Count("load handed back hits"));
        Assert.Equal(1, fixture.Journal.Count("open gate"));

        fixture.Do(() => fixture.Effects.State.Ends());
        Assert.Equal(2, fixture.Journal.Count("open gate"));
        fixture.Journal.AssertOrder("load handed back hits", "resume", "tell 4711 TakenBack { }");
        Assert.Equal(0, fixture.Journal.Count("log StateNotHandedBack"));
        Assert.Contains("its state came back", outcome.Exception!.Message, StringComparison.Ordinal);
        fixture.AssertServesAndCanRestart();
    }

    // Each of them ends the wait at once: the others serve, or are dead.
    [Theory]
    [InlineData("ends")]
    [InlineData("says nothing")]
    [InlineData("could not")]
    [InlineData("sends rubbish")]
    [InlineData("loading hangs")]
    public void RollBack_StateDoesNotComeBack_ThePredecessorGoesOnWithWhatItHadAndSaysSo(string what)
    {
        LifecycleFixture fixture = WatchingState(out Task<RestartRecord> outcome);
        fixture.Do(() => fixture.Successor.Says(new HandoverMessage.Unhealthy("sick") { HandsBack = true }));
        switch (what)
        {
            case "ends":
                fixture.Do(() => fixture.Successor.EndsBySignal(9));
                break;
            case "says nothing":
                for (int i = 0; i < 3; i++)
                {
                    fixture.Do(() => fixture.Successor.IsAlive());
                    fixture.Pass(fixture.Options.HeartbeatTimeout);
                }

                fixture.Pass(fixture.Options.StateTimeout + fixture.Options.HandshakeTimeout);
                break;
            case "could not":
                fixture.Do(() => fixture.Successor.Says(new HandoverMessage.HandedBack([], [], "state hits could not be saved: no")));
                break;
            default:
                fixture.Do(() => fixture.Successor.Says(new HandoverMessage.HandedBack([], Hits, null)));
                if (what == "loading hangs")
                {
                    fixture.Pass(fixture.Options.StateTimeout);
                }
                else
                {
                    fixture.Do(() => fixture.Effects.State.Ends("state hits is damaged"));
                }

                break;
        }

        Assert.Equal(2, fixture.Journal.Count("open gate"));
        Assert.Equal(1, fixture.Journal.Count("log StateNotHandedBack"));
        Assert.Contains("what it had changed of the state is lost", outcome.Exception!.Message, StringComparison.Ordinal);
        Assert.Contains("sick", outcome.Exception!.Message, StringComparison.Ordinal);
        fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public void RollBack_OfASuccessorThatEndsWhileItsStateIsLoaded_CountsItNoLonger()
    {
        LifecycleFixture fixture = WatchingState(out _);
        fixture.Do(() => fixture.Successor.Says(new HandoverMessage.Unhealthy("sick") { HandsBack = true }));
        fixture.Do(() => fixture.Successor.Says(new HandoverMessage.HandedBack([], Hits, null)));
        fixture.Do(() => fixture.Successor.Exits(1));
        Assert.Equal(1, fixture.Journal.Count("open gate"));
        fixture.Do(() => fixture.Effects.State.Ends());
        Assert.Equal(2, fixture.Journal.Count("open gate"));
        Assert.Empty(fixture.Effects.Returned);
    }

    // By a crash there is nothing to wait for.
    [Fact]
    public void RollBack_OfACrash_DoesNotWaitAndSaysWhatIsLost()
    {
        LifecycleFixture fixture = WatchingState(out Task<RestartRecord> outcome);
        fixture.Do(() => fixture.Successor.EndsBySignal(11));
        Assert.Equal(2, fixture.Journal.Count("open gate"));
        Assert.Equal(1, fixture.Journal.Count("log StateNotHandedBack"));
        Assert.Contains("what it had changed of the state is lost", outcome.Exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shutdown_WhileStateIsAwaited_IsTheServices()
    {
        LifecycleFixture fixture = WatchingState(out _);
        fixture.Do(() => fixture.Successor.Says(new HandoverMessage.Unhealthy("sick") { HandsBack = true }));
        fixture.Shutdown();
        Assert.Equal(1, fixture.Journal.Count("tell 4711 Shutdown { Trigger = the test }"));
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
        Assert.Equal(1, fixture.Journal.Count("open gate"));
    }

    [Fact]
    public void GiveBack_OfWantedState_SavesItWhenServicesHaveStoppedAndThenWaitsForTheAnswer()
    {
        LifecycleFixture fixture = OnProbationWithState(out FakeStep services);
        fixture.Do(() => fixture.Lifecycle.Probation.ReportUnhealthy("sick"));
        fixture.Journal.AssertOrder("close gate", "tell predecessor Unhealthy { Reason = sick, Ends = False }", "begin services");
        Assert.Equal(0, fixture.Journal.Count("save hits"));
        fixture.Do(() => services.Ends());
        fixture.Do(() => fixture.Effects.State.Ends());
        fixture.Journal.AssertOrder("begin services", "save hits", "keep state", "hand back state");

        // It has the predecessor's time to load that, too.
        fixture.Pass(fixture.Options.HandshakeTimeout);
        Assert.Equal(0, fixture.Journal.Count("open gate") - 1);
        fixture.Do(() => fixture.Lifecycle.Handle(new PeerEvent.Said(new HandoverMessage.TakenBack())));
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GiveBack_ThatCanNotStopOrSave_SaysSo(bool hangsInServices)
    {
        LifecycleFixture fixture = OnProbationWithState(out FakeStep services);
        fixture.Do(() => fixture.Lifecycle.Probation.ReportUnhealthy("sick"));
        if (hangsInServices)
        {
            fixture.Pass(services.Limit);
            Assert.Equal(1, fixture.Journal.Count("hand back services were not done within 10 s"));
        }
        else
        {
            fixture.Do(() => services.Ends());
            fixture.Pass(fixture.Options.StateTimeout);
            Assert.Equal(1, fixture.Journal.Count("hand back state hits was not done"));
        }
    }

    private static LifecycleFixture WatchingState(out Task<RestartRecord> outcome)
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out outcome);
        fixture.Effects.State.Names = fixture.Effects.State.WantedBack = ["hits"];
        fixture.Context.CommitSteps.Add(new StateStep(fixture.Context));
        return fixture;
    }

    private static LifecycleFixture OnProbationWithState(out FakeStep services)
    {
        LifecycleFixture fixture = Successor();
        services = new FakeStep("services", fixture.Journal);
        fixture.Context.CommitSteps.AddRange([services, new StateStep(fixture.Context)]);
        fixture.Do(() => fixture.Lifecycle.Inherited.Load([Hits[0] with { IsWantedBack = true }]));
        fixture.Do(() => fixture.Effects.State.Ends());
        fixture.Do(() => fixture.Lifecycle.Start.Serve(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1)));
        return fixture;
    }

    private static LifecycleFixture Successor()
    {
        var fixture = new LifecycleFixture(hasPredecessor: true, generation: 2);
        fixture.Effects.State.Names = ["hits"];
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        return fixture;
    }
}

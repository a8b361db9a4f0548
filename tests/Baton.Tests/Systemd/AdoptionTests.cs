using Baton.Interop;
using Baton.Lifecycle;

namespace Baton.Tests.Systemd;

/// <summary>Checklist E1: when systemd is made to look again at who the main process is.</summary>
public sealed class AdoptionTests : IDisposable
{
    private const int StandIn = 4799;
    private static readonly TimeSpan Probation = TimeSpan.FromSeconds(10);
    private static readonly string[] Renewal = [$"MAINPID={StandIn}", $"MAINPID={Environment.ProcessId}"];
    private readonly ServiceFixture _fixture = new(hasPredecessor: true);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void PredecessorGone_ProvedSuccessor_NamesTheStandInAndItself()
    {
        Prove();
        Assert.Equal(1, _fixture.StandIns);
        Assert.Empty(_fixture.Said);

        _fixture.PredecessorGone(StandIn);

        Assert.Equal(Renewal, _fixture.Said);
        Assert.Equal(1, _fixture.StandInsAsked);
    }

    [Fact]
    public void WithoutProbation_Successor_LooksForAStandInAtOnce()
    {
        _fixture.Hear(new LifecycleEvent.Serves(2, TookOver: true, TimeSpan.Zero));
        Assert.Equal(1, _fixture.StandIns);
    }

    [Fact]
    public void OnProbation_NoStandIn()
    {
        _fixture.Hear(new LifecycleEvent.Serves(2, TookOver: true, Probation));
        Assert.Equal(0, _fixture.StandIns);
    }

    [Fact]
    public void FirstGeneration_NoStandIn()
    {
        using var first = new ServiceFixture();
        first.Serve();
        Assert.Equal(0, first.StandIns);
    }

    public static TheoryData<string> Beginnings => ["restart", "replacement", "shutdown"];

    // It may have been called already: what it says later does not count.
    [Theory]
    [MemberData(nameof(Beginnings))]
    public void SomethingBegins_BeforeThePredecessorHasGone_EndsTheStandIn(string what)
    {
        Prove();
        _fixture.Hear(what switch
        {
            "restart" => ServiceFixture.Begun,
            "replacement" => new LifecycleEvent.Replacing(),
            _ => new LifecycleEvent.Stopping(),
        });
        Assert.Equal(1, _fixture.StandInsEnded);
        _fixture.Said.Clear();

        _fixture.PredecessorGone(StandIn);

        Assert.Empty(_fixture.Said);
        Assert.Equal(0, _fixture.StandInsAsked);
    }

    [Fact]
    public void RestartFails_AnotherStandIn()
    {
        Prove();
        _fixture.Hear(ServiceFixture.Begun, ServiceFixture.Failed("no such file"));
        _fixture.Said.Clear();
        Assert.Equal(2, _fixture.StandIns);

        _fixture.PredecessorGone(StandIn);
        Assert.Equal(Renewal, _fixture.Said);
    }

    [Fact]
    public void RolledBack_Predecessor_LooksForAStandIn()
    {
        Prove();
        _fixture.Hear(new LifecycleEvent.HandingOver(4735, 3, Probation));
        Assert.Equal(1, _fixture.StandInsEnded);
        _fixture.Hear(new LifecycleEvent.ServesAgain(2));
        Assert.Equal(2, _fixture.StandIns);
    }

    [Fact]
    public void ShutdownOfARestart_Fails_NoOtherStandIn()
    {
        Prove();
        _fixture.Hear(ServiceFixture.Begun, new LifecycleEvent.Stopping(), ServiceFixture.Failed("a shutdown was asked", servesOn: false));
        Assert.Equal(1, _fixture.StandIns);
    }

    [Fact]
    public void Done_IsDoneOnce()
    {
        Prove();
        _fixture.PredecessorGone(StandIn);
        _fixture.Hear(ServiceFixture.Begun, ServiceFixture.Failed("no such file"));
        Assert.Equal(1, _fixture.StandIns);
        Assert.Equal(0, _fixture.StandInsEnded);
    }

    // Queued, the stand-in's own word could overtake it, and the stand-in would be the main process for good.
    [Fact]
    public void NoRoom_AsksTheStandInOnlyWhenItWasNamed()
    {
        Prove();
        _fixture.Answer = Libc.EAGAIN;
        _fixture.PredecessorGone(StandIn);
        Assert.Equal(0, _fixture.StandInsAsked);

        _fixture.Answer = 0;
        _fixture.Pass(TimeSpan.FromMilliseconds(20));

        Assert.Equal(Renewal, _fixture.Said);
        Assert.Equal(1, _fixture.StandInsAsked);
    }

    private void Prove()
    {
        _fixture.Hear(new LifecycleEvent.Serves(2, TookOver: true, Probation), ServiceFixture.Proved(2));
        _fixture.Said.Clear();
    }
}

using Baton.Lifecycle;
using static Baton.Lifecycle.RestartEvent;
using static Baton.Lifecycle.RestartStage;

namespace Baton.Tests.Lifecycle;

/// <summary>What must hold of the table of a restart, whatever its rows.</summary>
public class RestartTableTests
{
    private static readonly RestartStage[] Ends = [BackedOut, Passed, RolledBackAndEnding, ShutDown, SuccessorStopping];

    private static readonly RestartStage[] Stages = Enum.GetValues<RestartStage>();

    private static readonly RestartEvent[] Events = Enum.GetValues<RestartEvent>();

    [Fact]
    public void Next_EveryStage_IsReachedFromTheFirst()
    {
        HashSet<RestartStage> reached = [Hooks];
        while (Stages.Where(s => reached.Contains(s)).SelectMany(Followers).Any(reached.Add))
        {
        }

        Assert.Equal(Stages.Order(), reached.Order());
    }

    [Fact]
    public void Next_AnEnd_IsLeftByNothing() => Assert.All(Ends, end => Assert.Equal([end], Followers(end).Distinct()));

    [Fact]
    public void Next_WhatIsNoEnd_IsLeftBySomething() => Assert.All(Stages.Except(Ends), stage => Assert.Contains(Followers(stage), next => next != stage));

    // A successor that was told to serve stays one; only a commit makes it one.
    [Fact]
    public void Next_Served_OnlyByTheCommitAndForEver()
    {
        foreach ((RestartStage stage, RestartEvent happened) in Pairs())
        {
            RestartStage next = RestartTable.Next(stage, happened).Next;
            bool becomes = !RestartTable.IsServed(stage) && RestartTable.IsServed(next);
            Assert.True(!becomes || (stage == Committing && happened is Committed or Started), $"{stage}, {happened}");
            Assert.True(!RestartTable.IsServed(stage) || RestartTable.IsServed(next), $"{stage}, {happened}");
        }
    }

    // Whatever it does instead of getting ready, or instead of proving itself.
    [Theory]
    [InlineData(Failed)]
    [InlineData(Broken)]
    [InlineData(Closed)]
    [InlineData(Ended)]
    [InlineData(Unhealthy)]
    public void Next_ASuccessorFails_TheRestartDoes(object failure)
    {
        var happened = (RestartEvent)failure;
        Assert.Contains(RestartTable.Next(Starting, happened).Next, (RestartStage[])[Failing, BackedOut]);
        Assert.Equal(RolledBack, RestartTable.Next(OnProbation, happened).Next);
        Assert.Equal(RolledBack, RestartTable.Next(TimeIsUp, happened).Next);
    }

    // Its end is over at once, or known by the end of its successor: nothing is left that could still be told otherwise.
    [Fact]
    public void Next_AnEventThatMeansNothing_ChangesNothing() => Assert.All(
        Pairs().Where(p => RestartTable.Next(p.Stage, p.Event).Action == RestartAction.None && RestartTable.Next(p.Stage, p.Event).Next != p.Stage),
        pair => Assert.Contains(pair, ((RestartStage, RestartEvent)[])[(OnProbation, ProbationOver), (Committing, Started)]));

    private static IEnumerable<RestartStage> Followers(RestartStage stage) => Events.Select(e => RestartTable.Next(stage, e).Next);

    private static IEnumerable<(RestartStage Stage, RestartEvent Event)> Pairs() => from stage in Stages from e in Events select (stage, e);
}

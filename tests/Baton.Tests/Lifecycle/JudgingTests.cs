using Baton.Handover;
using Baton.Tests.Judging;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>A successor on probation is judged by what its clients get.</summary>
public class JudgingTests
{
    private static readonly TrafficFigures Before = Traffic.Figures(Traffic.Of("GET /orders", 2000, failures: 2));

    private readonly LifecycleFixture _fixture = LifecycleFixture.Serving();
    private EndpointTraffic _sent = Traffic.Of("GET /orders", 0);

    public JudgingTests()
    {
        _fixture.Options.Probation = TimeSpan.FromSeconds(10);
        _fixture.Options.Judge.Enabled = true;
        _fixture.Effects.Traffic = Before;
    }

    [Fact]
    public async Task Successor_FailsMoreOften_IsToldToGiveBackAndTheOutcomeHasTheNumbers()
    {
        Task<RestartRecord> outcome = Restart();
        Second(Traffic.Of("GET /orders", 100, failures: 20));
        Second(Traffic.Of("GET /orders", 100, failures: 20));
        Assert.Equal(0, Told());
        Second(Traffic.Of("GET /orders", 100, failures: 20));
        Assert.Equal(1, Told());
        Assert.Equal(0, _fixture.Journal.Count("kill 4711"));

        _fixture.Do(() => _fixture.Successor.Says(new HandoverMessage.Unhealthy("judged bad: 60 of 300") { IsAsked = true }));
        RestartException failure = await Assert.ThrowsAsync<RestartException>(() => outcome.Soon());
        Assert.Equal(RestartFailure.JudgedBad, failure.Failure);
        Assert.Contains("judged bad: 60 of 300", failure.Message, StringComparison.Ordinal);
        Assert.Contains("judged bad: 60 of 300 requests failed (20 %), 2 of 2000 before (0.1 %); worst: GET /orders", failure.Phases[^1].Detail, StringComparison.Ordinal);
        _fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public async Task Successor_IsJudgedBadAndDoesNotGiveBack_IsKilled()
    {
        Task<RestartRecord> outcome = Restart();
        for (int i = 0; i < 3; i++)
        {
            Second(Traffic.Of("GET /orders", 100, failures: 100));
        }

        _fixture.Pass(_fixture.Options.HandshakeTimeout);
        _fixture.Journal.AssertOrder("kill 4711", "open gate");
        _fixture.Do(() => _fixture.Successor.EndsBySignal(9));
        Assert.Equal(RestartFailure.JudgedBad, (await Assert.ThrowsAsync<RestartException>(() => outcome.Soon())).Failure);
    }

    [Fact]
    public async Task Successor_IsAsGood_PassesAndTheRecordSaysWhy()
    {
        Task<RestartRecord> outcome = Restart();
        for (int i = 0; i < 10; i++)
        {
            Second(Traffic.Of("GET /orders", 100));
        }

        Second(Traffic.Of("GET /orders", 1));
        Assert.StartsWith("judged good: 0 of 1000 requests failed", (await outcome.Soon()).Phases[^1].Detail, StringComparison.Ordinal);
        Assert.Single(_fixture.Logger.Lines, l => l.Event.Name == "Judged");
    }

    [Fact]
    public async Task Successor_HasTooLittleTraffic_PassesNotJudged()
    {
        Task<RestartRecord> outcome = Restart();
        Second(Traffic.Of("GET /orders", 3, failures: 3));
        _fixture.PassProbation();
        Assert.Equal("not judged: 3 of at least 50 requests", (await outcome.Soon()).Phases[^1].Detail);
    }

    [Fact]
    public async Task Successor_SendsNoFigures_PassesNotJudged()
    {
        Task<RestartRecord> outcome = Restart();
        _fixture.PassProbation();
        Assert.Equal("not judged: the new process has sent no figures", (await outcome.Soon()).Phases[^1].Detail);
    }

    [Fact]
    public async Task Judge_IsOff_NothingIsDecidedOrSaid()
    {
        _fixture.Options.Judge.Enabled = false;
        Task<RestartRecord> outcome = Restart();
        for (int i = 0; i < 9; i++)
        {
            Second(Traffic.Of("GET /orders", 100, failures: 100));
        }

        _fixture.PassProbation();
        Assert.Equal("", (await outcome.Soon()).Phases[^1].Detail);
    }

    // What was answered before this process was restarted the last time is long ago.
    [Fact]
    public void Baseline_OlderThanItIsToBe_IsForgotten()
    {
        _fixture.Do(() => _fixture.Context.Traffic!.Begin());
        for (TimeSpan passed = TimeSpan.Zero; passed < _fixture.Options.Judge.Baseline; passed += TimeSpan.FromSeconds(10))
        {
            _fixture.Pass(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(2000, _fixture.Context.Traffic!.ToBaseline().Requests + Before.Requests);
    }

    [Fact]
    public void Judge_OfTheApplication_DecidesInsteadAndSeesBoth()
    {
        var seen = new List<ProbationFigures>();
        _fixture.Options.Judge.Decide = (figures, _) =>
        {
            seen.Add(figures);
            return new(new ProbationJudgement(figures.Successor.Requests > 150 ? JudgementKind.Bad : JudgementKind.Good, "enough"));
        };
        _ = Restart();
        Second(Traffic.Of("GET /orders", 100));
        Assert.Equal(0, Told());
        Second(Traffic.Of("GET /orders", 100));
        Assert.Equal(1, _fixture.Journal.Count("tell 4711 GiveBack { Reason = judged bad: enough }"));
        Assert.Equal((200, 2000, JudgementKind.Good), (seen[^1].Successor.Requests, seen[^1].Predecessor.Requests, seen[^1].Suggested.Kind));
    }

    [Fact]
    public void Judge_OfTheApplicationThrows_IsLoggedAndDecidesNothing()
    {
        _fixture.Options.Judge.Decide = (_, _) => throw new InvalidOperationException("no model");
        _ = Restart();
        Second(Traffic.Of("GET /orders", 100, failures: 100));
        Second(Traffic.Of("GET /orders", 100, failures: 100));
        Assert.Equal(0, Told());
        Assert.Equal(2, _fixture.Journal.Count("log JudgeFailed"));
    }

    [Fact]
    public void Judge_OfTheApplicationDoesNotAnswer_IsGivenUpAndAskedAgain()
    {
        var asked = new List<(CancellationToken GivenUp, TaskCompletionSource<ProbationJudgement> Answer)>();
        _fixture.Options.Probation = TimeSpan.FromSeconds(60);
        _fixture.Options.Judge.Decide = (_, cancel) =>
        {
            asked.Add((cancel, new()));
            return new(asked[^1].Answer.Task);
        };
        _ = Restart();
        Second(Traffic.Of("GET /orders", 100));
        Second(Traffic.Of("GET /orders", 100));
        Assert.Single(asked);
        Assert.False(asked[0].GivenUp.IsCancellationRequested);

        _fixture.Pass(_fixture.Options.Judge.DecideTimeout);
        Assert.True(asked[0].GivenUp.IsCancellationRequested);
        Assert.Equal(1, _fixture.Journal.Count("log JudgeFailed"));
        Second(Traffic.Of("GET /orders", 100));
        Assert.Equal(2, asked.Count);

        // Too late.
        asked[0].Answer.SetResult(new(JudgementKind.Bad, "late"));
        _fixture.Do(() => { });
        Assert.Equal(0, Told());
    }

    [Fact]
    public void SignOfLife_OfASuccessor_HasItsFigures()
    {
        LifecycleFixture successor = LifecycleFixture.OnProbation();
        successor.Effects.Traffic = Before;
        successor.Pass(TimeSpan.FromSeconds(1));
        Assert.Same(Before, successor.Effects.LastSign!.Traffic);
    }

    private Task<RestartRecord> Restart()
    {
        Task<RestartRecord> outcome = _fixture.AskRestart();
        _fixture.Do(() => _fixture.Successor.SaysReady());
        return outcome;
    }

    // The successor sends what it has counted since it began.
    private void Second(EndpointTraffic more)
    {
        _fixture.Pass(TimeSpan.FromSeconds(1));
        _sent = _sent.And(more);
        _fixture.Do(() => _fixture.Successor.Says(new HandoverMessage.Alive(0, 0) { Traffic = Traffic.Figures(_sent) }));
    }

    private int Told() => _fixture.Journal.Entries.Count(e => e.StartsWith("tell 4711 GiveBack", StringComparison.Ordinal));
}

using Baton.Hosting;
using Baton.Tests.Support;

namespace Baton.Tests.Hosting;

public class ReadinessGateTests
{
    private readonly List<string> _said = [];
    private TimeSpan _readyTimeout = Timeout.InfiniteTimeSpan;

    [Fact]
    public async Task Pass_Phases_RunOneAfterAnotherInTheirOrder()
    {
        await PassAsync(Phase("a", (report, _) => Say(report, "1 of 2")), Phase("b", (_, _) => Task.CompletedTask));
        Assert.Equal(["a", "a: 1 of 2", "b"], _said);
    }

    [Fact]
    public async Task Pass_APhaseWithoutWork_IsNotMentioned()
    {
        await PassAsync(new FakePhase(Named("a"), HasWork: false, (_, _) => throw new InvalidOperationException("it has no work")), Phase("b", (_, _) => Task.CompletedTask));
        Assert.Equal(["b"], _said);
    }

    [Fact]
    public async Task Pass_NotInTime_FailsWithTheLastDetail()
    {
        _readyTimeout = TimeSpan.FromMilliseconds(20);
        RestartException failure = await PassAsync(Phase("a", async (report, cancel) =>
        {
            report("db: Unhealthy");
            await Task.Delay(Timeout.Infinite, cancel);
        })).Failure();
        Assert.Equal(RestartFailure.ReadyTimedOut, failure.Failure);
        Assert.Equal($"Process {Environment.ProcessId} was not ready within 0.02 s (a: db: Unhealthy). It has accepted nothing, and does not start.", failure.Message);
    }

    [Fact]
    public async Task Pass_NotInTimeWithoutADetail_FailsWithThePhase()
    {
        _readyTimeout = TimeSpan.FromMilliseconds(20);
        RestartException failure = await PassAsync(Phase("a", (_, cancel) => Task.Delay(Timeout.Infinite, cancel))).Failure();
        Assert.Contains("(a)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pass_ALimitBeyondEveryTimer_MeansForEver()
    {
        _readyTimeout = TimeSpan.MaxValue;
        await PassAsync(Phase("a", (_, _) => Task.CompletedTask));
        Assert.Equal(["a"], _said);
    }

    [Fact]
    public async Task Pass_Cancelled_EndsWithoutBlamingTheTimeout()
    {
        using var cancel = new CancellationTokenSource();
        Task passing = PassAsync(cancel.Token, Phase("a", (_, token) => Task.Delay(Timeout.Infinite, token)));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(passing.Soon);
    }

    [Fact]
    public async Task Pass_APhaseThatThrows_IsTheLastAndKeepsItsWords()
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => PassAsync(
            Phase("a", (_, _) => throw new InvalidOperationException("no catalogue")), Phase("b", (_, _) => Task.CompletedTask)));
        Assert.Equal("no catalogue", thrown.Message);
        Assert.Equal(["a"], _said);
    }

    [Fact]
    public async Task Callbacks_Several_RunInTheirOrderAndSayHowFarTheyAre()
    {
        var options = new HostedRestartOptions();
        options.ReadyWhen(_ => { _said.Add("first"); return Task.CompletedTask; });
        options.ReadyWhen(async _ => { await Task.Yield(); _said.Add("second"); });
        await PassAsync(new CallbackPhase(options));
        Assert.Equal(["callbacks", "callbacks: 1 of 2", "first", "callbacks: 2 of 2", "second"], _said);
    }

    [Fact]
    public async Task Callbacks_OneThatDoesNotHeedItsToken_IsNotWaitedForBeyondTheLimit()
    {
        _readyTimeout = TimeSpan.FromMilliseconds(20);
        var options = new HostedRestartOptions();
        options.ReadyWhen(_ => new TaskCompletionSource().Task);
        Assert.Equal(RestartFailure.ReadyTimedOut, (await PassAsync(new CallbackPhase(options)).Failure()).Failure);
    }

    private static FakePhase Phase(string name, Func<Action<string>, CancellationToken, Task> run) => new(Named(name), HasWork: true, run);

    private static Task Say(Action<string> report, params string[] details)
    {
        Array.ForEach(details, report);
        return Task.CompletedTask;
    }

    private Task PassAsync(params IReadinessPhase[] phases) => PassAsync(TestContext.Current.CancellationToken, phases);

    private Task PassAsync(CancellationToken cancel, params IReadinessPhase[] phases) =>
        new ReadinessGate(phases, _readyTimeout, (phase, detail) => _said.Add(detail is null ? phase.Text : $"{phase.Text}: {detail}")).PassAsync(cancel).Soon();

    private sealed record FakePhase(PhaseName Name, bool HasWork, Func<Action<string>, CancellationToken, Task> Run) : IReadinessPhase
    {
        public Task RunAsync(Action<string> report, CancellationToken cancel) => Run(report, cancel);
    }
}

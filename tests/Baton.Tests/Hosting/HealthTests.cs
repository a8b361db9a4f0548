using Baton.Hosting;
using Baton.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton.Tests.Hosting;

public class HealthTests
{
    private readonly ServiceCollection _services = new();
    private readonly HostedRestartOptions _options = new() { HealthPollInterval = TimeSpan.FromMilliseconds(1) };

    public HealthTests() => _services.AddLogging();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // It may still accept: whoever asks for a load balancer is told to send nothing new.
    [Theory]
    [InlineData(ProcessState.Serving, true, HealthStatus.Healthy, "serves")]
    [InlineData(ProcessState.OnProbation, true, HealthStatus.Healthy, "serves")]
    [InlineData(ProcessState.ShuttingDown, true, HealthStatus.Unhealthy, "is shutting down")]
    [InlineData(ProcessState.ShuttingDown, false, HealthStatus.Unhealthy, "is shutting down")]
    [InlineData(ProcessState.Starting, false, HealthStatus.Unhealthy, "is starting")]
    public void Judge_EachState_SaysWhetherNewConnectionsAreWelcome(ProcessState state, bool accepts, HealthStatus status, string words)
    {
        HealthCheckResult result = GracefulRestartHealthCheck.Judge(state, accepts, successor: null, HealthStatus.Unhealthy);
        Assert.Equal((status, $"process {Environment.ProcessId} {words}"), (result.Status, result.Description));
    }

    [Fact]
    public void HasChecks_AHostWithoutHealthChecks_HasNone() => Assert.False(NewPoll().HasChecks);

    [Fact]
    public void HasChecks_TurnedOff_HasNone()
    {
        Check("db", HealthCheckResult.Unhealthy());
        _options.HealthGate = false;
        Assert.False(NewPoll().HasChecks);
    }

    [Fact]
    public async Task Ask_SomeChecksAreTagged_OnlyThoseDecide()
    {
        Check("db", HealthCheckResult.Healthy(), "ready");
        Check("report", HealthCheckResult.Unhealthy());
        Assert.Equal(new HealthOutcome(HealthStatus.Healthy, "1 of 1 healthy"), await NewPoll().AskAsync(Cancel));
    }

    [Fact]
    public async Task Ask_AnotherTagIsAskedFor_ThatOneDecides()
    {
        Check("db", HealthCheckResult.Healthy(), "ready");
        Check("report", HealthCheckResult.Unhealthy(), "startup");
        _options.ReadinessTag = "startup";
        Assert.Equal(HealthStatus.Unhealthy, (await NewPoll().AskAsync(Cancel)).Status);
    }

    [Fact]
    public async Task Ask_NoCheckIsTagged_AllDecideAndTheReportSaysWhatIsWrong()
    {
        Check("web", HealthCheckResult.Healthy());
        Check("queue", HealthCheckResult.Degraded());
        Check("db", HealthCheckResult.Unhealthy(exception: new InvalidOperationException("connection\nrefused")));
        Assert.Equal(
            new HealthOutcome(HealthStatus.Unhealthy, "1 of 3 healthy; db: Unhealthy: connection refused; queue: Degraded"), await NewPoll().AskAsync(Cancel));
    }

    // It is unhealthy until this process serves, which would wait for it; whatever tags it has.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ask_TheCheckForLoadBalancers_DecidesNothing(bool tagged)
    {
        _services.AddHealthChecks().AddGracefulRestart(tags: tagged ? ["ready"] : null);
        Assert.False(NewPoll().HasChecks);
        Check("db", HealthCheckResult.Degraded());
        Assert.Equal(new HealthOutcome(HealthStatus.Degraded, "0 of 1 healthy; db: Degraded"), await NewPoll().AskAsync(Cancel));
    }

    [Fact]
    public async Task GracefulRestart_TurnedOff_IsHealthy()
    {
        _services.AddSingleton<Restarter>(_ => throw new InvalidOperationException("there is none"));
        _services.AddHealthChecks().AddGracefulRestart("restart");
        HealthReport report = await _services.BuildServiceProvider().GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancel);
        Assert.Equal((HealthStatus.Healthy, "graceful restart is turned off"), (report.Entries["restart"].Status, report.Entries["restart"].Description));
    }

    [Theory]
    [InlineData(ProcessState.Starting, false, "is starting")]
    [InlineData(ProcessState.OnProbation, true, "serves")]
    [InlineData(ProcessState.OnProbation, false, "does not accept at the moment")]
    [InlineData(ProcessState.Serving, true, "serves")]
    [InlineData(ProcessState.Restarting, true, "serves")]
    [InlineData(ProcessState.Restarting, false, "does not accept at the moment")]
    [InlineData(ProcessState.HandedOver, false, "has handed over to process 4711, and finishes its work")]
    [InlineData(ProcessState.Draining, false, "has handed over to process 4711, and finishes its work")]
    [InlineData(ProcessState.ShuttingDown, false, "is shutting down")]
    [InlineData(ProcessState.Exited, false, "has nothing left to do")]
    public void GracefulRestart_InAnyState_SaysWhetherItAccepts(ProcessState state, bool accepts, string what)
    {
        HealthCheckResult result = GracefulRestartHealthCheck.Judge(state, accepts, successor: 4711, HealthStatus.Degraded);
        Assert.Equal((accepts ? HealthStatus.Healthy : HealthStatus.Degraded, $"process {Environment.ProcessId} {what}"), (result.Status, result.Description));
        Assert.Equal(state.ToString(), result.Data["state"]);
    }

    [Fact]
    public async Task Ask_AVeryLongReport_IsCut()
    {
        Check("db", HealthCheckResult.Unhealthy(new string('x', 100_000)));
        Assert.InRange((await NewPoll().AskAsync(Cancel)).Text.Length, 900, 1100);
    }

    [Fact]
    public async Task Ask_ACheckThatHangs_IsUnhealthyAndNotRunTwice()
    {
        int runs = 0;
        var hang = new TaskCompletionSource<HealthCheckResult>();
        _services.AddHealthChecks().AddAsyncCheck("db", () =>
        {
            Interlocked.Increment(ref runs);
            return hang.Task;
        });
        _options.HealthCheckTimeout = TimeSpan.FromMilliseconds(20);
        HealthPoll poll = NewPoll();
        var silent = new HealthOutcome(HealthStatus.Unhealthy, "no answer within 0.02 s from db");

        Assert.Equal(silent, await poll.AskAsync(Cancel));
        Assert.Equal(silent, await poll.AskAsync(Cancel));
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Phase_Polls_UntilAllAreHealthyAndSaysWhatChanges()
    {
        Queue<HealthCheckResult> results = new([HealthCheckResult.Unhealthy(), HealthCheckResult.Unhealthy(), HealthCheckResult.Degraded(), HealthCheckResult.Healthy()]);
        _services.AddHealthChecks().AddCheck("db", results.Dequeue);
        List<string> said = [];
        await new HealthPhase(NewPoll(), _options, NullLoggerFactory.Instance).RunAsync(said.Add, Cancel).Soon();
        Assert.Equal(["0 of 1 healthy; db: Unhealthy", "0 of 1 healthy; db: Degraded"], said);
    }

    [Fact]
    public async Task Probation_OnePollIsUnhealthy_IsReportedOnce()
    {
        Queue<HealthCheckResult> results = new([HealthCheckResult.Healthy(), HealthCheckResult.Degraded(), HealthCheckResult.Unhealthy("lost the database")]);
        _services.AddHealthChecks().AddCheck("db", results.Dequeue);
        List<string> said = [];
        await new ProbationWatch(NewPoll(), _options.HealthPollInterval, new TaskCompletionSource().Task, said.Add).RunAsync(Cancel).Soon();
        Assert.Equal(["health: 0 of 1 healthy; db: Unhealthy: lost the database"], said);
        Assert.Empty(results);
    }

    [Fact]
    public async Task Probation_ThatHasEnded_IsNotWatched()
    {
        Check("db", HealthCheckResult.Unhealthy());
        List<string> said = [];
        await new ProbationWatch(NewPoll(), _options.HealthPollInterval, Task.CompletedTask, said.Add).RunAsync(Cancel).Soon();
        Assert.Empty(said);
    }

    [Fact]
    public async Task Probation_ThatEndsBetweenTwoPolls_EndsTheWatch()
    {
        var ended = new TaskCompletionSource();
        _services.AddHealthChecks().AddCheck("db", () =>
        {
            ended.TrySetResult();
            return HealthCheckResult.Healthy();
        });
        await new ProbationWatch(NewPoll(), TimeSpan.FromDays(1), ended.Task, _ => Assert.Fail("it was healthy")).RunAsync(Cancel).Soon();
    }

    private void Check(string name, HealthCheckResult result, params string[] tags) => _services.AddHealthChecks().AddCheck(name, () => result, tags);

    private HealthPoll NewPoll() => new(_services.BuildServiceProvider(), _options);
}

using RestartLoad.Load;
using RestartLoad.Output;
using RestartLoad.Restarts;
using RestartLoad.Tests.Servers;

namespace RestartLoad.Tests;

/// <summary>What counts as a restart, and what only looks like one.</summary>
public sealed class RestartTests
{
    /// <summary>For limits that the test wants to be reached.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task A_restart_is_measured_from_its_trigger_to_the_successors_answer_and_the_predecessors_end()
    {
        using FakeGenerations generations = new();
        await using RawServer server = RawServer.Answering(() => generations.CurrentPid);
        LoadSettings settings = Restarting(server, "kill {pid}", restarts: 3);
        settings = settings with { Restarts = settings.Restarts with { ReportEvery = 1 } };

        RunReport report = await settings.RunAsync();

        report.AssertPassed();
        Assert.Equal(3, report.Totals.Restarts);
        Assert.All(report.Restarts, restart => Assert.True(
            restart is { Error: null, FirstAnswerMilliseconds: > 0, PredecessorGoneMilliseconds: > 0 }, $"{restart}"));
        Assert.Equal(report.Restarts[0].Successor, report.Restarts[1].Predecessor);
        Assert.Equal([0, 1, 2, 3], report.Snapshots.Select(snapshot => snapshot.Restart));
        Assert.All(report.Snapshots, snapshot => Assert.True(snapshot is { Fds: > 0, RssBytes: > 0 }, $"{snapshot}"));
    }

    [Fact]
    public async Task A_signal_restarts_as_a_command_does()
    {
        using FakeGenerations generations = new();
        await using RawServer server = RawServer.Answering(() => generations.CurrentPid);
        LoadSettings settings = Restarting(server, "", restarts: 1);

        RunReport report = await (settings with { Trigger = new RestartTrigger(Signals.Terminate, null) }).RunAsync();

        report.AssertPassed();
    }

    [Fact]
    public async Task A_restart_that_brings_no_new_process_fails()
    {
        using FakeGenerations generations = new();
        await using RawServer server = RawServer.Answering(() => generations.CurrentPid);

        LoadSettings settings = Restarting(server, "true", restarts: 2);
        settings = settings with { Restarts = settings.Restarts with { RestartTimeout = Soon } };

        RunReport report = await settings.RunAsync();

        AssertFailed(report, "No new process answered within");
    }

    [Fact]
    public async Task A_restart_whose_predecessor_stays_fails()
    {
        using FakeGenerations generations = new();
        using FakeGenerations others = new();
        string marker = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using RawServer server =
            RawServer.Answering(() => File.Exists(marker) ? others.CurrentPid : generations.CurrentPid);

        LoadSettings settings = Restarting(server, $"touch {marker}", restarts: 2);
        settings = settings with { Restarts = settings.Restarts with { DrainTimeout = Soon } };

        RunReport report = await settings.RunAsync();

        File.Delete(marker);
        AssertFailed(report, "had not ended after");
        Assert.NotNull(report.Restarts[0].FirstAnswerMilliseconds);
    }

    [Fact]
    public async Task A_trigger_that_fails_fails_the_restart()
    {
        using FakeGenerations generations = new();
        await using RawServer server = RawServer.Answering(() => generations.CurrentPid);

        RunReport report = await Restarting(server, "echo no way; exit 7", restarts: 2).RunAsync();

        AssertFailed(report, "ended with 7: no way");
    }

    [Fact]
    public async Task An_X_Pid_that_is_no_process_fails_the_restart()
    {
        await using RawServer server = RawServer.Answering(static () => int.MaxValue);

        RunReport report = await Restarting(server, "true", restarts: 2).RunAsync();

        AssertFailed(report, "which does not exist");
    }

    [Fact]
    public async Task Answers_without_X_Pid_fail_the_restart()
    {
        await using RawServer server = new(static async connection =>
        {
            while (await connection.ReadRequestAsync())
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });

        RunReport report = await Restarting(server, "true", restarts: 2).RunAsync();

        AssertFailed(report, "No answer has named its process in X-Pid.");
    }

    [Fact]
    public async Task A_process_that_changes_without_a_restart_is_a_problem()
    {
        int answers = 0;
        await using RawServer server = RawServer.Answering(() => Interlocked.Increment(ref answers) < 3 ? 4711 : 4712);

        RunReport report = await (Runs.OfHttp("keepalive=100x1", server.Url) with { MinRequests = 5 }).RunAsync();

        Assert.False(report.Passed);
        Assert.Equal(0, report.Totals.Failed);
        Assert.Equal("Process 4712 answered instead of 4711 although no restart was triggered.", Assert.Single(report.Problems));
    }

    [Fact]
    public async Task A_late_answer_of_the_predecessor_is_no_problem()
    {
        List<string> problems = [];
        AnswerWatch watch = new(problems.Add);
        watch.Observe(1, TimeSpan.FromSeconds(1));
        Task<FirstAnswer> successor = watch.ExpectSuccessor();

        watch.Observe(2, TimeSpan.FromSeconds(2));
        watch.Observe(1, TimeSpan.FromSeconds(3));
        watch.Observe(2, TimeSpan.FromSeconds(4));

        Assert.Equal(new FirstAnswer(2, TimeSpan.FromSeconds(2)), await successor);
        Assert.Equal(2, watch.Current);
        Assert.Empty(problems);
    }

    [Fact]
    public async Task After_a_roll_back_the_predecessor_is_the_one_that_answers_again()
    {
        List<string> problems = [];
        AnswerWatch watch = new(problems.Add);
        watch.Observe(1, TimeSpan.FromSeconds(1));
        Task<FirstAnswer> successor = watch.ExpectSuccessor();
        watch.Observe(2, TimeSpan.FromSeconds(2));
        Task<FirstAnswer> again = watch.NextAnswerOf(1);
        watch.Observe(2, TimeSpan.FromSeconds(3));
        Assert.False(again.IsCompleted);

        watch.Observe(1, TimeSpan.FromSeconds(4));
        watch.ServesAgain(1);
        watch.Observe(2, TimeSpan.FromSeconds(5));

        Assert.Equal(new FirstAnswer(2, TimeSpan.FromSeconds(2)), await successor);
        Assert.Equal(new FirstAnswer(1, TimeSpan.FromSeconds(4)), await again);
        Assert.Equal(1, watch.Current);
        Assert.Empty(problems);
    }

    [Fact]
    public void A_process_whose_first_thread_alone_has_ended_still_holds_its_connections()
    {
        ProcessIdentity dying = new(4711, "Shop", 'Z', Parent: 1, Session: 1, Threads: 2, StartTime: 1);

        Assert.False(dying.IsZombie);
        Assert.True((dying with { Threads = 1 }).IsZombie);
    }

    [Fact]
    public async Task A_run_that_gets_nowhere_ends_at_its_limit_and_fails()
    {
        using FakeGenerations generations = new();
        await using RawServer server = RawServer.Answering(() => generations.CurrentPid);
        LoadSettings settings = Runs.OfHttp("keepalive=100x1", server.Url) with
        {
            MinRequests = long.MaxValue,
            MaxDuration = TimeSpan.FromMilliseconds(300),
        };

        RunReport report = await settings.RunAsync();

        Assert.False(report.Passed);
        Assert.Contains("reached its limit", Assert.Single(report.Problems), StringComparison.Ordinal);
    }

    private static LoadSettings Restarting(RawServer server, string trigger, int restarts) =>
        Runs.OfHttp("keepalive=100x2", server.Url) with
        {
            Restarts = Plan(restarts),
            Trigger = new RestartTrigger(Signals.User2, trigger),
        };

    private static RestartPlan Plan(int restarts) =>
        new(restarts, new NumberRange(10, 50), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), ReportEvery: 0);

    /// <summary>The first restart failed for this reason, no second one was tried, and no request was hurt.</summary>
    private static void AssertFailed(RunReport report, string reason)
    {
        Assert.False(report.Passed);
        Assert.Equal(0, report.Totals.Failed);
        Assert.Contains(reason, Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.Contains(reason, Assert.Single(report.Restarts).Error, StringComparison.Ordinal);
    }
}

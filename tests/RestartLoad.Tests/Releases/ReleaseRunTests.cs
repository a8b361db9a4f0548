using RestartLoad.Load;
using RestartLoad.Modes;
using RestartLoad.Output;
using RestartLoad.Releases;
using RestartLoad.Restarts;
using RestartLoad.Wire;

namespace RestartLoad.Tests.Releases;

/// <summary>
/// Runs into releases. The service is this program, which knows nothing of them: what it would log is written by the trigger, and a successor is a process
/// that sleeps.
/// </summary>
public sealed class ReleaseRunTests : IDisposable
{
    private const string BacksOut = "echo 'fail: Baton[404] Restart failed: no such column' >>$LOG";

    private const string RollsBack =
        """
        sleep 600 & echo "info: Baton[200] Started successor $!: x" >>$LOG; sleep 0.2; kill -9 $!; wait $!
        echo "fail: Baton[409] Rolled back: successor $! was ended by SIGKILL" >>$LOG; echo 'fail: Baton[404] Restart failed: rolled back' >>$LOG
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("restart-load-tests");

    private string Link => Path.Combine(_directory.FullName, "current");

    private string LogPath => Path.Combine(_directory.FullName, "service.log");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_release_that_ends_as_expected_passes_and_the_link_leads_to_the_last_one()
    {
        RunReport report = await RunAsync(BacksOut, "v2=backs-out", "v3=backs-out");

        report.AssertPassed();
        Assert.Equal(2, report.Totals.Restarts);
        Assert.Equal(["v2", "v3"], report.Releases!.Select(release => release.Name));
        Assert.All(report.Releases!, release => Assert.Equal("backs-out", release.Outcome));
        Assert.All(report.Releases!, release => Assert.Equal(release.Predecessor, release.Serving));
        Assert.Equal("Restart failed: no such column", Assert.Single(report.Releases![1].Said));
        Assert.Equal(Path.Combine(_directory.FullName, "v3"), new FileInfo(Link).LinkTarget);
    }

    [Fact]
    public async Task A_release_that_dies_is_seen_dead_and_its_predecessor_answers_again()
    {
        RunReport report = await RunAsync(RollsBack, "v2=rolls-back");

        report.AssertPassed();
        ReleaseReport release = Assert.Single(report.Releases!);
        Assert.Equal("rolls-back", release.Outcome);
        Assert.Equal(release.Predecessor, release.Serving);
        Assert.True(release is { Successor: > 0, DiedMilliseconds: > 0, AnsweredAgainMilliseconds: >= 0 }, $"{release}");
    }

    [Fact]
    public async Task A_release_that_ends_otherwise_fails_the_run_and_the_next_one_follows()
    {
        RunReport report = await RunAsync(BacksOut, "v2=serves", "v3=backs-out");

        Assert.False(report.Passed);
        Assert.Equal(0, report.Totals.Failed);
        Assert.Equal(["Release v2: it was expected that it serves, but it backs-out. Restart failed: no such column"], report.Problems);
        Assert.Equal([false, true], report.Releases!.Select(release => release.Error is null));
    }

    [Fact]
    public async Task A_release_of_which_nothing_is_heard_fails_the_run_and_is_the_last()
    {
        RunReport report = await RunAsync("echo 'info: Baton[401] Restart asked by SIGUSR2' >>$LOG", "v2=backs-out", "v3=backs-out");

        Assert.False(report.Passed);
        Assert.Equal("unknown", Assert.Single(report.Releases!).Outcome);
        Assert.Contains(
            "did not tell within 0.5 s how the restart ended. The log said last: Restart asked by SIGUSR2", Assert.Single(report.Problems), StringComparison.Ordinal);
    }

    private async Task<RunReport> RunAsync(string trigger, params string[] releases)
    {
        _directory.CreateSubdirectory("v1");
        Directory.CreateSymbolicLink(Link, Path.Combine(_directory.FullName, "v1"));
        ReleaseChoice[] choices = [.. releases.Select(release =>
        {
            _directory.CreateSubdirectory(release.Split('=')[0]);
            return ReleaseChoice.Parse(Path.Combine(_directory.FullName, release));
        })];
        TimeSpan untilKnown = TimeSpan.FromSeconds(trigger.Contains("404", StringComparison.Ordinal) ? 30 : 0.5);
        string socket = Path.Combine(_directory.FullName, "service.sock");
        LoadSettings settings = Runs.Of("unix-keepalive=100x2", new Endpoints(Unix: Target.UnixSocket(socket))) with
        {
            Command = [Environment.ProcessPath!, "serve", socket],
            ServiceLog = LogPath,
            Trigger = new RestartTrigger(Signals.User2, $"LOG={LogPath}; {{ {trigger.Trim()}\n}} >/dev/null 2>&1"),
            Restarts = new RestartPlan(choices.Length, new(10, 20), untilKnown, TimeSpan.FromSeconds(10), ReportEvery: 0),
            Releases = new ReleasePlan(CurrentLink.Parse(Link), choices),
        };
        return await settings.RunAsync();
    }
}

using RestartLoad.Load;
using RestartLoad.Modes;
using RestartLoad.Output;
using RestartLoad.Restarts;
using RestartLoad.Wire;

namespace RestartLoad.Tests;

/// <summary>A service that RestartLoad itself starts and stops: this very program, in another process.</summary>
public sealed class ServiceTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("restart-load-tests");

    private string SocketPath => Path.Combine(_directory.FullName, "service.sock");

    private string LogPath => Path.Combine(_directory.FullName, "service.log");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_service_is_started_loaded_and_stopped()
    {
        RunReport report = await Starting(Environment.ProcessPath!, "serve", SocketPath).RunAsync();

        report.AssertPassed();
        Assert.True(ProcessIdentity.Find(Assert.Single(report.Snapshots).Pid)?.HasEnded() ?? true);
        Assert.Equal("serving\n", await File.ReadAllTextAsync(LogPath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_service_that_ignores_SIGTERM_is_killed_and_fails_the_run()
    {
        LoadSettings settings = Starting(Environment.ProcessPath!, "serve", SocketPath, "stubborn");

        RunReport report = await (settings with { ServiceTimeout = TimeSpan.FromSeconds(8) }).RunAsync();

        Assert.False(report.Passed);
        Assert.Equal(0, report.Totals.Failed);
        Assert.Contains("after SIGTERM", report.Problems[0], StringComparison.Ordinal);
        Assert.Contains("was left over; it was killed", report.Problems[1], StringComparison.Ordinal);
        ProcessIdentity? killed = ProcessIdentity.Find(Assert.Single(report.Snapshots).Pid);
        await (killed?.WaitForEndAsync(TestContext.Current.CancellationToken) ?? Task.CompletedTask);
    }

    [Fact]
    public async Task A_service_that_exits_at_once_fails_the_run_and_leaves_its_output()
    {
        RunReport report = await Starting("sh", "-c", "echo no; exit 3").RunAsync();

        Assert.False(report.Passed);
        Assert.Contains(report.Problems, problem => problem.Contains("It exited.", StringComparison.Ordinal));
        Assert.Equal("no\n", await File.ReadAllTextAsync(LogPath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_service_that_dies_under_load_fails_the_run()
    {
        LoadSettings settings = Starting(Environment.ProcessPath!, "serve", SocketPath) with
        {
            // "Restarting" it by SIGTERM ends it, and there is no successor.
            Restarts = new RestartPlan(1, new(0, 10), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20), ReportEvery: 0),
            Trigger = new RestartTrigger(Signals.Terminate, null),
        };

        RunReport report = await settings.RunAsync();

        Assert.False(report.Passed);
        Assert.NotEqual(0, report.Totals.Failed);
        Assert.Contains("No new process answered", report.Problems[0], StringComparison.Ordinal);
    }

    private LoadSettings Starting(params string[] command) =>
        Runs.Of("unix-keepalive=100x2", new Endpoints(Unix: Target.UnixSocket(SocketPath))) with
        {
            Command = command,
            ServiceLog = LogPath,
            Restarts = new RestartPlan(0, default, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), ReportEvery: 1),
        };
}

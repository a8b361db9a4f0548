using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>An operator decides of a release that serves on probation: by hand, and against the clock.</summary>
public sealed class OperatorTests
{
    // It does not end by itself.
    private static readonly ServiceSetup Setup = new() { Probation = TimeSpan.FromHours(1) };

    [Fact]
    public async Task Roll_back_by_baton_is_done_when_it_ends_and_loses_nothing()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        int after = service.Log.Length;
        int old = await service.RestartAsync();
        int successor = service.Pid;
        await load.MoreAsync();

        BatonResult done = await BatonCommand.RunAsync(service, "rollback");
        Assert.Equal(0, done.ExitCode);
        Assert.Contains($"process {old} serves again; process {successor} finishes its work and ends", Words(done.Output), StringComparison.Ordinal);
        Assert.Contains("a roll back was asked by baton", await service.RolledBackAsync(after), StringComparison.Ordinal);
        Assert.Equal(old, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        await service.EndAsync(successor);

        BatonResult again = await BatonCommand.RunAsync(service, "rollback");
        Assert.Equal(4, again.ExitCode);
        Assert.Contains("no restart is on probation", Words(again.Error), StringComparison.Ordinal);
        await load.EndWithoutFailureAsync();
    }

    [Fact]
    public async Task Roll_back_by_the_api_is_answered_with_the_outcome()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        int old = await service.RestartAsync();
        var client = new AdminClient(service.Address);
        Assert.Equal((409, "NotOnProbation"), Of(await client.PostAsync("/confirm")));

        AdminAnswer answer = await client.PostAsync("/rollback");
        Assert.Equal(200, answer.Status);
        Assert.Contains($"process {old} serves again", (string)answer.Json["explanation"]!, StringComparison.Ordinal);
        await service.RolledBackAsync();
        Assert.Equal((409, "NotOnProbation"), Of(await client.PostAsync("/rollback")));
        Assert.Equal(400, (await client.PostAsync("/restart", "confirmWithin=25h")).Status);
    }

    [Fact]
    public async Task Restart_that_is_confirmed_is_for_good_and_another_is_refused_until_then()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        Assert.Equal(2, (await BatonCommand.RunAsync(service, "restart", "--confirm-within", "25h")).ExitCode);
        BatonResult restart = await BatonCommand.RunAsync(service, "restart", "--confirm-within", "2h");
        Assert.Equal(0, restart.ExitCode);
        Assert.Contains("rolled back unless it is confirmed within 2 h", Words(restart.Output), StringComparison.Ordinal);
        int old = await service.RestartedAsync();

        BatonResult status = await BatonCommand.RunAsync(service, "status");
        Assert.Contains("unless baton confirm comes first", Words(status.Output), StringComparison.Ordinal);
        BatonResult second = await BatonCommand.RunAsync(service, "restart");
        Assert.Equal(4, second.ExitCode);
        Assert.Contains("waits to be confirmed", Words(second.Error), StringComparison.Ordinal);

        BatonResult confirm = await BatonCommand.RunAsync(service, "confirm");
        Assert.Equal(0, confirm.ExitCode);
        Assert.Contains($"process {service.Pid}, generation 2, serves for good", Words(confirm.Output), StringComparison.Ordinal);
        Assert.Equal(0, await service.EndAsync(old));
        Assert.Equal(4, (await BatonCommand.RunAsync(service, "confirm")).ExitCode);
    }

    [Fact]
    public async Task Restart_that_nobody_confirms_is_rolled_back()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--GracefulRestart:ConfirmWithin=00:00:01"));
        int old = await service.RestartAsync();
        Assert.Contains("was not confirmed within 1.0 s", await service.RolledBackAsync(), StringComparison.Ordinal);
        Assert.Equal(old, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact]
    public async Task Roll_back_by_a_signal_takes_the_release_back()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--GracefulRestart:Signals:SIGUSR1=RollBack"));
        int old = await service.RestartAsync();
        service.Signal(Libc.SIGUSR1);
        Assert.Contains("a roll back was asked by SIGUSR1", await service.RolledBackAsync(), StringComparison.Ordinal);
        Assert.Equal(old, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    // It breaks lines as they fit.
    private static string Words(string output) => string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static (int Status, string? Failure) Of(AdminAnswer answer) => (answer.Status, answer.Failure);
}

using System.Text.Json;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>The command <c>baton</c> and a service, both as processes: what a deploy script sees. Every end that a story can have is in Baton.Cli.Tests.</summary>
public sealed class BatonTests
{
    private static readonly ServiceSetup OnProbation = new() { Probation = TimeSpan.FromSeconds(2) };

    [Fact]
    public async Task List_and_status_tell_of_a_service_and_exit_with_0()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();

        BatonResult list = await BatonCommand.RunAsync(service, "list");
        BatonResult status = await BatonCommand.RunAsync(service, "status", $"{service.Pid}");

        Assert.Equal((0, ""), (list.ExitCode, list.Error));
        Assert.Matches($@"\ANAME .*\nTestService +{service.Pid} .* Serving +1 ", list.Output);
        Assert.Equal((0, ""), (status.ExitCode, status.Error));
        Assert.Contains($"pid {service.Pid}, generation 1, up ", status.Output, StringComparison.Ordinal);
        Assert.Contains(service.ControlSocket, status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopped_service_is_not_called_absent_but_named_with_its_process()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();

        // The process that made the socket is gone by then.
        int first = await service.RestartAsync();
        Assert.Equal(0, await service.EndAsync(first));
        ServiceProcess.Signal(service.Pid, Libc.SIGSTOP);

        BatonResult restart = await BatonCommand.RunAsync(service, "restart", "TestService");
        BatonResult list = await BatonCommand.RunAsync(service, "list");
        ServiceProcess.Signal(service.Pid, Libc.SIGCONT);

        Assert.Equal((6, ""), (restart.ExitCode, restart.Output));
        Assert.Contains($"process {service.Pid} is stopped (SIGSTOP).", restart.Error, StringComparison.Ordinal);
        Assert.Contains($"process {service.Pid} is stopped (SIGSTOP).", list.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await BatonCommand.RunAsync(service, "status")).ExitCode);
    }

    [Fact]
    public async Task Restart_is_0_when_the_successor_has_passed_its_probation_and_the_old_process_its_drain()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(OnProbation);
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;
        int predecessor = service.Pid;

        await using BatonCommand restart = BatonCommand.Start(service, "restart");
        await service.RestartedAsync();
        await service.Log.FirstAsync($"Process {predecessor}, .*HandedOver -> Draining");
        await restart.SaysAsync($"process {predecessor} drains: 1 request");
        Assert.Contains(predecessor, service.Living);
        latch.Open();
        BatonResult result = await restart.EndAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.Matches($@"\ATestService restarted in .* s: process {service.Pid}, generation 2.*, serves\.\z", result.Output);
        Assert.Contains("probation", result.Error, StringComparison.Ordinal);
        Assert.Equal(200, (await slow.ReceiveAsync()).Status);

        // Whoever comes later asks the successor, which has it from its predecessor.
        BatonResult status = await BatonCommand.RunAsync(service, "status");
        Assert.Matches($@"Last restarts\n .*done in .*: generation 2, process {service.Pid}\n +asked by baton", status.Output);
        await service.StopAsync();
    }

    [Fact]
    public async Task Restart_with_a_successor_that_can_not_start_is_1_and_gives_its_reason()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        service.SetNextBehaviour("crash-in-hosted-service");

        BatonResult result = await BatonCommand.RunAsync(service, "restart", "TestService");

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("Restart of TestService failed: Successor", result.Error, StringComparison.Ordinal);
        string words = result.Error.ReplaceLineEndings(" ").Replace("  ", " ", StringComparison.Ordinal);
        Assert.Contains("told to crash in a hosted service", words.Replace("  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains($"rocess {service.Pid} keeps serving", words.Replace("  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal([service.Pid], service.Living);
        BatonResult status = await BatonCommand.RunAsync(service, "status");
        Assert.Contains("failed after", status.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Libc.SIGINT, 130)]
    [InlineData(Libc.SIGKILL, 137)]
    public async Task Restart_goes_on_when_baton_is_interrupted(int signal, int exitCode)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.Behaviour);

        await using BatonCommand restart = BatonCommand.Start(service, "restart", "--timeout", "infinite");
        await latch.ReachedAsync();
        await restart.SaysAsync("started process");
        restart.Interrupt(signal);

        BatonResult result = await restart.EndAsync();

        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.Equal(signal == Libc.SIGINT, result.Error.Contains("it goes on", StringComparison.Ordinal));
        latch.Open();
        await service.RestartedAsync();
        Assert.Equal(2, service.Generation);
    }

    [Fact] // The story breaks off: who serves is what counts.
    public async Task Restart_whose_old_process_is_killed_on_probation_is_0_as_the_new_one_serves()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(60) });
        await using BatonCommand restart = BatonCommand.Start(service, "restart");
        int predecessor = await service.RestartedAsync();
        await restart.SaysAsync("probation");

        ServiceProcess.Signal(predecessor, Libc.SIGKILL);
        BatonResult result = await restart.EndAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Asking who serves now", result.Error, StringComparison.Ordinal);
        Assert.Contains($"process {service.Pid}, generation 2", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_whose_old_process_is_killed_before_the_commit_is_0_as_the_new_one_serves()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.Behaviour);
        await using BatonCommand restart = BatonCommand.Start(service, "restart");
        await latch.ReachedAsync();
        await restart.SaysAsync("started process");

        ServiceProcess.Signal(service.Pid, Libc.SIGKILL);
        latch.Open();
        BatonResult result = await restart.EndAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("generation 2", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complete_restart_is_0_when_the_new_process_serves()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:Strategy=Complete"));

        BatonResult result = await BatonCommand.RunAsync(service, "restart");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("serves.", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain($"process {service.Pid}", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shutdown_waits_for_open_work_and_then_nobody_is_found()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;

        await using BatonCommand shutdown = BatonCommand.Start(service, "shutdown");
        await shutdown.SaysAsync("drains: 1 request");
        latch.Open();
        BatonResult result = await shutdown.EndAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(200, (await slow.ReceiveAsync()).Status);
        Assert.Equal(0, await service.EndAsync(service.Pid));
        Assert.Equal(3, (await BatonCommand.RunAsync(service, "status")).ExitCode);
    }

    [Fact]
    public async Task Force_ends_what_an_older_process_still_has()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        using HttpConnection stuck = await service.BeginStuckRequestAsync();
        int predecessor = await service.RestartAsync();

        BatonResult status = await BatonCommand.RunAsync(service, "status", $"{predecessor}");
        BatonResult force = await BatonCommand.RunAsync(service, "force");

        Assert.Contains($"Still draining: process {predecessor} has 1 request, 1 connection\n    /stuck  for ", status.Output, StringComparison.Ordinal);
        Assert.Equal(0, force.ExitCode);
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(predecessor) ?? ServiceProcess.ForcedExitCode);
        Assert.Equal([service.Pid], service.Living);
    }

    [Fact]
    public async Task Check_is_0_or_1_and_starts_nothing()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:CheckArguments:0=--check"));
        BatonResult good = await BatonCommand.RunAsync(service, "check");
        service.SetNextBehaviour("fail-check no such table");
        BatonResult bad = await BatonCommand.RunAsync(service, "check");
        BatonResult refused = await BatonCommand.RunAsync(service, "check", "--program", "/bin/true");

        Assert.Equal((0, false), (good.ExitCode, good.Error.Contains("no such table", StringComparison.Ordinal)));
        Assert.Equal((1, true), (bad.ExitCode, bad.Error.Contains("no such table", StringComparison.Ordinal)));
        Assert.Equal(4, refused.ExitCode);
        Assert.Equal([service.Pid], service.Living);
        Assert.Empty(service.Log.All("Started successor"));
    }

    [Fact]
    public async Task Watch_follows_a_service_to_its_next_generation()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await using BatonCommand watch = BatonCommand.Start(service, "watch", "--json");
        await UntilAsync(watch, service.Pid);

        await service.RestartAsync();
        await UntilAsync(watch, service.Pid);
        watch.Interrupt();
        BatonResult result = await watch.EndAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.Equal(130, JsonDocument.Parse(result.Output.Split('\n')[^1]).RootElement.GetProperty("exitCode").GetInt32());
    }

    private static async Task UntilAsync(BatonCommand watch, int pid)
    {
        while (true)
        {
            JsonElement line = JsonDocument.Parse(await watch.ReadLineAsync() ?? throw new InvalidOperationException("watch ended")).RootElement;
            if (line.GetProperty("kind").GetString() == "status" && line.GetProperty("status") is var status
                && status.GetProperty("pid").GetInt32() == pid && status.GetProperty("state").GetString() == "Serving")
            {
                return;
            }
        }
    }
}

using System.Text.Json.Nodes;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>E1: what can be asked on the control socket of a real service. What is refused, held or fails is told by AdminApiTests and BatonTests; each answer in each state is in ConversationTests.</summary>
public sealed class ControlCommandTests
{
    private const string Patient = "--GracefulRestart:DrainTimeout=01:00:00";

    [Fact]
    [Jit("The area: the control socket.")]
    public async Task Status_tells_of_the_service_and_follows_the_process_in_charge()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(60) });
        JsonNode serving = await ControlWire.StatusAsync(service.ControlSocket);
        Assert.Equal(("TestService", service.Pid, 1, "Serving", "0.1.0"), Facts(serving));
        Assert.Equal(ServiceSetup.BuiltProgram, (string)serving["program"]!);
        Assert.Equal("tcp:127.0.0.1:0", (string)Assert.Single(serving["listeners"]!.AsArray())!);
        Assert.Null(serving["restart"]);

        (Latch latch, int successor) = await service.BeginRestartAsync();
        JsonNode restarting = await ControlWire.StatusAsync(service.ControlSocket);
        Assert.Equal(("TestService", service.Pid, 1, "Restarting", "0.1.0"), Facts(restarting));
        Assert.Equal(successor, (int)restarting["successorPid"]!);
        Assert.Equal("SIGUSR2", (string)restarting["restart"]!["trigger"]!);

        using ControlWire old = await ControlWire.AskAsync(service.ControlSocket, "watch");
        await old.UntilAsync("status");
        latch.Open();
        await service.RestartedAsync();
        JsonNode onProbation = await ControlWire.StatusAsync(service.ControlSocket);
        Assert.Equal(("TestService", successor, 2, "OnProbation", "0.1.0"), Facts(onProbation));
        Assert.InRange((int)onProbation["probationEndsMs"]!, 0, 60_000);
        Assert.Equal(["OnProbation", "HandedOver"], onProbation["generations"]!.AsArray().Select(g => (string)g!["state"]!));
        await Deadline.UntilAsync(async () => (string)(await old.UntilAsync("status"))["status"]!["state"]! == "HandedOver");
    }

    [Fact]
    [Jit("The area: the control socket.")]
    public async Task Restart_is_told_through_one_connection_until_the_old_process_has_nothing_left_and_force_cuts_that()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(1) }.With(Patient));
        int old = service.Pid;
        using HttpConnection stuck = await service.BeginStuckRequestAsync();
        using ControlWire restart = await ControlWire.AskAsync(service.ControlSocket, """ "command":"restart","by":"alice, pid 3" """);

        JsonNode outcome = await restart.UntilAsync("outcome");
        Assert.True((bool)outcome["succeeded"]!, outcome.ToJsonString());
        Assert.False((bool)outcome["keepsServing"]!);
        Assert.StartsWith("baton, alice (uid ", (string)outcome["record"]!["trigger"]!, StringComparison.Ordinal);
        int successor = (int)outcome["record"]!["successorPid"]!;
        JsonNode drain = await restart.UntilAsync("drain");
        Assert.Equal((old, 1), ((int)drain["generation"]!["pid"]!, (int)drain["generation"]!["requestCount"]!));
        Assert.Equal(3_600_000, (int)drain["limitMs"]!);

        // The new process knows what the old one still has, and cuts it.
        await Deadline.UntilAsync(async () => (await ControlWire.StatusAsync(service.ControlSocket))["generations"]!.AsArray() is [_, var older]
            && (int)older!["requestCount"]! == 1 && (string)older["version"]! == "0.1.0" && older["startedAt"] is not null && (int)older["drainLimitMs"]! > 0);
        IReadOnlyList<JsonNode> forced = await ControlWire.TalkAsync(service.ControlSocket, "force");
        Assert.True((bool)ControlWire.Only(forced, "outcome")["succeeded"]!);
        Assert.Contains($"process {old}, generation 1, which had 1 connections and 1 requests open", (string)ControlWire.Only(forced, "outcome")["explanation"]!, StringComparison.Ordinal);

        IReadOnlyList<JsonNode> rest = await restart.ToEndAsync();
        Assert.Contains(rest, l => ControlWire.Kind(l) == "state" && (string)l["state"]! == "Exited");
        Assert.Null(rest[^1]["failure"]);
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(old));
        Assert.Equal(successor, (int)(await ControlWire.StatusAsync(service.ControlSocket))["pid"]!);
    }

    [Fact]
    public async Task Status_tells_how_long_the_old_process_worked_on_and_lived_also_two_generations_later()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With(Patient, "--GracefulRestart:MaxGenerations=4"));
        int first = service.Pid;
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;
        await service.RestartAsync();
        JsonNode? known = null;
        await Deadline.UntilAsync(async () => (known = await LastAsync(service)) is not null);
        Assert.Null(known!["drainedMs"]);
        Assert.Null(known["goneMs"]);
        await service.RestartAsync();
        await Deadline.UntilAsync(async () => (await LastAsync(service))?["goneMs"] is not null);

        latch.Open();
        await slow.ReceiveAsync();
        slow.Dispose();
        Assert.Equal(0, await service.EndAsync(first));
        JsonNode[] restarts = [];
        await Deadline.UntilAsync(async () => (restarts = [.. (await ControlWire.StatusAsync(service.ControlSocket))["lastRestarts"]!.AsArray().OfType<JsonNode>()]).All(r => r["goneMs"] is not null));
        Assert.Equal([3, 2], restarts.Select(r => (int)r["generation"]!));
        Assert.All(restarts, r => Assert.InRange((int)r["drainedMs"]!, 0, (int)r["goneMs"]!));
        Assert.InRange((int)restarts[1]["drainedMs"]!, (int)restarts[1]["durationMs"]!, int.MaxValue);
    }

    [Fact]
    public async Task Restart_that_is_rolled_back_is_told_and_the_old_process_answers_again()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(60) });
        service.SetNextBehaviour("after-commit kill 1");

        IReadOnlyList<JsonNode> lines = await ControlWire.TalkAsync(service.ControlSocket, "restart");

        JsonNode outcome = ControlWire.Only(lines, "outcome");
        Assert.Equal("SuccessorDied", (string)outcome["failure"]!);
        Assert.True((bool)outcome["keepsServing"]!);
        JsonNode status = await ControlWire.StatusAsync(service.ControlSocket);
        Assert.Equal((service.Pid, "Serving"), ((int)status["pid"]!, (string)status["state"]!));
        Assert.Equal("SuccessorDied", (string)status["lastRestarts"]![0]!["failure"]!);
    }

    [Fact]
    public async Task Shutdown_answers_until_the_process_ends_and_status_and_force_work_meanwhile()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With(Patient));
        using HttpConnection stuck = await service.BeginStuckRequestAsync();
        using ControlWire shutdown = await ControlWire.AskAsync(service.ControlSocket, "shutdown");
        Assert.Equal(1, (int)(await shutdown.UntilAsync("drain"))["generation"]!["requestCount"]!);
        Assert.Equal("ShuttingDown", (string)(await ControlWire.StatusAsync(service.ControlSocket))["state"]!);

        IReadOnlyList<JsonNode> forced = await ControlWire.TalkAsync(service.ControlSocket, "force");

        Assert.Contains("1 connections and 1 requests were cut, forced by baton (uid", (string)ControlWire.Only(forced, "outcome")["explanation"]!, StringComparison.Ordinal);
        Assert.True((bool)ControlWire.Only(await shutdown.ToEndAsync(), "outcome")["succeeded"]!);
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(service.Pid));
        Assert.Empty(Directory.GetFiles(service.ControlDirectory));
    }

    [Fact] // F5
    public async Task Check_runs_the_check_and_restarts_nothing()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:CheckArguments:0=--check"));
        Assert.True((bool)ControlWire.Only(await ControlWire.TalkAsync(service.ControlSocket, "check"), "outcome")["succeeded"]!);

        service.SetNextBehaviour("fail-check no such table");
        JsonNode outcome = ControlWire.Only(await ControlWire.TalkAsync(service.ControlSocket, "check"), "outcome");

        Assert.Equal("CheckFailed", (string)outcome["failure"]!);
        Assert.Contains("no such table", (string)outcome["explanation"]!, StringComparison.Ordinal);
        Assert.Equal([service.Pid], service.Living);
        Assert.Empty(service.Log.All("Started successor"));
    }

    [Fact]
    public async Task Complete_restart_is_told_too_and_the_new_process_answers_at_the_same_path()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(ServiceSetup.ListeningOn($"http://127.0.0.1:{FreePort.Next()}").With("--GracefulRestart:Strategy=Complete"));
        int old = service.Pid;

        IReadOnlyList<JsonNode> lines = await ControlWire.TalkAsync(service.ControlSocket, "restart");

        Assert.True((bool)ControlWire.Only(lines, "outcome")["succeeded"]!);
        int successor = (int)ControlWire.Only(lines, "outcome")["record"]!["successorPid"]!;
        await service.EndAsync(old);
        await service.Log.FirstAsync($@"\[{successor}\] .*Control socket: {service.ControlSocket}");
        Assert.Equal(successor, (int)(await ControlWire.StatusAsync(service.ControlSocket))["pid"]!);
    }

    [Fact]
    [Jit("The area: the control socket.")]
    public async Task Starved_thread_pool_keeps_no_operator_out()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await service.Log.FirstAsync("Control socket: ");
        using HttpConnection starving = await HttpConnection.OpenAsync(service.Address);
        await starving.SendGetAsync("/starve?items=20000&seconds=3600");
        await service.Log.FirstAsync("The thread pool of process .* is stuck");

        Assert.Equal("Serving", (string)(await ControlWire.StatusAsync(service.ControlSocket))["state"]!);
        int old = service.Pid;
        using ControlWire restart = await ControlWire.AskAsync(service.ControlSocket, "restart");
        Assert.True((bool)(await restart.UntilAsync("outcome"))["succeeded"]!);
        Assert.NotEqual(old, (int)(await ControlWire.StatusAsync(service.ControlSocket))["pid"]!);
    }

    private static async Task<JsonNode?> LastAsync(ServiceProcess service) => (await ControlWire.StatusAsync(service.ControlSocket))["lastRestarts"]!.AsArray().FirstOrDefault();

    private static (string Name, int Pid, int Generation, string State, string Version) Facts(JsonNode status) =>
        ((string)status["name"]!, (int)status["pid"]!, (int)status["generation"]!, (string)status["state"]!, (string)status["version"]!);
}

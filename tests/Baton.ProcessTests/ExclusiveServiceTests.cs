using System.Text.Json.Nodes;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>D9, G6: an exclusive service never runs in two processes, and runs in one whenever it can.</summary>
public sealed class ExclusiveServiceTests : IDisposable
{
    // Not under test: as good as endless.
    private static readonly TimeSpan LongProbation = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly TickLog _ticks;

    public ExclusiveServiceTests() => _ticks = new TickLog(_directory.PathOf("ticks"));

    private ServiceSetup Setup => new ServiceSetup { Probation = LongProbation }.With("--Ticks", _directory.PathOf("ticks"));

    public void Dispose() => _directory.Dispose();

    [Theory] // G6
    [InlineData("kill")]
    [InlineData("unhealthy")]
    [InlineData("throw")]
    [InlineData("stop")] // Its heartbeat ends.
    public async Task Roll_back_brings_it_back_with_a_higher_term(string misdeed)
    {
        ServiceSetup setup = misdeed == "stop" ? Setup.With("--GracefulRestart:HeartbeatTimeout=00:00:02") : Setup;
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await _ticks.WorksAsync(service.Pid);
        int after = service.Log.Length;
        service.SetNextBehaviour($"after-commit {misdeed} 300");
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        await service.RolledBackAsync(after);
        await _ticks.WorksAsync(predecessor);

        Assert.Equal([predecessor, successor, predecessor], Turns(_ticks.AssertNoOverlap()));
        await service.StopAsync();
        Assert.Contains($"Ticking of {predecessor} is stopped", service.Log.ToString(), StringComparison.Ordinal);
    }

    [Theory] // G6
    [InlineData("tick-crash-in-start", "TickingService failed: InvalidOperationException: told to crash when ticking starts")]
    [InlineData("tick-fault", "TickingService failed: InvalidOperationException: told to fault while ticking")]
    public async Task Successor_in_which_it_fails_is_a_bad_release(string misdeed, string reason)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await _ticks.WorksAsync(service.Pid);
        int after = service.Log.Length;
        service.SetNextBehaviour(misdeed);
        int predecessor = await service.RestartAsync();
        string said = await service.RolledBackAsync(after);
        await _ticks.WorksAsync(predecessor);

        Assert.Contains(reason, service.Log.ToString()[after..], StringComparison.Ordinal);
        Assert.Contains("gave back", said, StringComparison.Ordinal);
        _ticks.AssertNoOverlap();
        Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact] // G6
    public async Task Restart_for_which_it_does_not_stop_in_time_is_backed_out_and_it_goes_on_when_it_has()
    {
        Latch latch = new(_directory.PathOf("latch"));
        ServiceSetup setup = Setup.With("--GracefulRestart:ExclusiveStopTimeout=00:00:01") with { FirstBehaviour = latch.BehaviourOf("tick-until") };
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await _ticks.WorksAsync(service.Pid);
        service.SetNextBehaviour("");

        string why = await service.FailToRestartAsync();
        Assert.Contains("TickingService had not stopped within 1 s", why, StringComparison.Ordinal);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);

        latch.Open();
        await service.Log.FirstAsync("TickingService has stopped");
        await _ticks.WorksAsync(service.Pid);
        int predecessor = await service.RestartAsync();
        await _ticks.WorksAsync(service.Pid);
        Assert.Equal([predecessor, service.Pid], Turns(_ticks.AssertNoOverlap()));
    }

    // Its work is open work, which the drain timeout cuts. Until then the successor serves without its own.
    [Fact] // G6
    public async Task Predecessor_in_which_it_does_not_stop_is_ended_first_where_that_is_chosen()
    {
        Latch never = new(_directory.PathOf("never"));
        ServiceSetup setup = Setup.With(
            "--GracefulRestart:ExclusiveStopTimeout=00:00:01", "--GracefulRestart:WhenExclusiveIsLate=EndPredecessor",
            "--GracefulRestart:DrainTimeout=00:00:03", "--shutdownTimeoutSeconds=1");
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            setup with { Probation = TimeSpan.Zero, FirstBehaviour = never.BehaviourOf("tick-until") });
        await _ticks.WorksAsync(service.Pid);
        service.SetNextBehaviour("");

        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        Assert.Equal(successor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(predecessor));
        await _ticks.WorksAsync(successor);
        Assert.Equal([predecessor, successor], Turns(_ticks.AssertNoOverlap()));
    }

    [Fact] // G6
    public async Task Predecessor_that_is_stopped_while_it_ends_it_hands_over_when_it_goes_on()
    {
        Latch latch = new(_directory.PathOf("latch"));
        ServiceSetup setup = Setup.With("--GracefulRestart:ExclusiveStopTimeout=01:00:00") with { FirstBehaviour = latch.BehaviourOf("tick-until") };
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await _ticks.WorksAsync(service.Pid);
        service.SetNextBehaviour("");
        int predecessor = service.Pid;
        Task<int> restart = service.RestartAsync();
        await service.Log.FirstAsync($"Ticking of {predecessor} is stopped");
        ServiceProcess.Signal(predecessor, Libc.SIGSTOP);
        latch.Open();
        await Deadline.UntilAsync(() => ProcessTable.State(predecessor) == 'T');
        ServiceProcess.Signal(predecessor, Libc.SIGCONT);
        await restart;
        await _ticks.WorksAsync(service.Pid);
        Assert.Equal([predecessor, service.Pid], Turns(_ticks.AssertNoOverlap()));
    }

    [Fact] // G6 C4
    public async Task Several_servers_take_turns_as_one()
    {
        await using ServiceProcess service = await ServersOfTests.StartAsync(ServersOfTests.Two().With("--Ticks", _directory.PathOf("ticks")) with { Probation = LongProbation });
        await _ticks.WorksAsync(service.Pid);
        int after = service.Log.Length;
        service.SetNextBehaviour("after-commit kill 300");
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        await service.RolledBackAsync(after);
        await _ticks.WorksAsync(predecessor);
        Assert.Equal([predecessor, successor, predecessor], Turns(_ticks.AssertNoOverlap()));
    }

    // The other lock's path: the successor takes both, so that a roll back can't make two of them run.
    [Fact] // G6
    public async Task Successor_with_another_name_excludes_its_predecessor()
    {
        Latch latch = new(_directory.PathOf("latch"));
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await _ticks.WorksAsync(service.Pid);
        int after = service.Log.Length;
        service.SetNextBehaviour($"name other\n{latch.BehaviourOf("tick-until")}\nafter-commit unhealthy 300");
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        await service.RolledBackAsync(after);
        await _ticks.WorksAsync(successor);
        latch.Open();
        await _ticks.WorksAsync(predecessor);
        Assert.Equal([predecessor, successor, predecessor], Turns(_ticks.AssertNoOverlap()));
        Assert.NotEmpty(service.Log.All("is now .*other.exclusive"));
    }

    [Fact] // G6
    public async Task Successor_that_still_works_when_it_gives_back_ends_before_the_predecessor_begins()
    {
        Latch latch = new(_directory.PathOf("latch"));
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await _ticks.WorksAsync(service.Pid);
        int after = service.Log.Length;
        service.SetNextBehaviour($"{latch.BehaviourOf("tick-until")}\nafter-commit unhealthy 300");
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        await service.RolledBackAsync(after);

        // It goes on with its work, and the predecessor serves without its own.
        await _ticks.WorksAsync(successor);
        Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        latch.Open();
        await _ticks.WorksAsync(predecessor);
        Assert.Equal([predecessor, successor, predecessor], Turns(_ticks.AssertNoOverlap()));
    }

    [Fact] // G6
    public async Task Release_that_was_rolled_back_and_does_not_stop_it_is_killed()
    {
        Latch never = new(_directory.PathOf("never"));
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--GracefulRestart:ExclusiveStopTimeout=00:00:01"));
        await _ticks.WorksAsync(service.Pid);
        int after = service.Log.Length;
        service.SetNextBehaviour($"{never.BehaviourOf("tick-until")}\nafter-commit unhealthy 300");
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        await service.RolledBackAsync(after);
        await service.Log.FirstAsync($"Successor {successor}, which was rolled back, is killed: TickingService had not stopped in it", after);
        await _ticks.WorksAsync(predecessor);
        Assert.Equal([predecessor, successor, predecessor], Turns(_ticks.AssertNoOverlap()));
    }

    [Fact] // G6
    public async Task Second_copy_serves_and_waits_and_gets_it_when_the_first_is_killed()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await _ticks.WorksAsync(service.Pid);
        await using ServiceProcess copy = await ServiceProcess.StartAsync(Setup with { Environment = SameControl(service) });
        await copy.Log.FirstAsync($"TickingService does not run in process {copy.Pid}, which serves: process {service.Pid} has .*TestService.exclusive");
        Assert.Equal(copy.Pid, (await HttpConnection.GetOnceAsync(copy.Address)).Pid);
        JsonArray waiting = (await ControlWire.StatusAsync(Path.Combine(service.ControlDirectory, $"TestService-{copy.Pid}.sock")))["waitingServices"]!.AsArray();
        Assert.Equal("TickingService", Assert.Single(waiting)!["name"]!.GetValue<string>());

        // A restart of the first is not its chance.
        int first = await service.RestartAsync();
        await _ticks.WorksAsync(service.Pid);
        ServiceProcess.Signal(first, Libc.SIGKILL);
        await _ticks.WorksAsync(service.Pid);
        ServiceProcess.Signal(service.Pid, Libc.SIGKILL);
        await _ticks.WorksAsync(copy.Pid);
        Assert.Equal([first, service.Pid, copy.Pid], Turns(_ticks.AssertNoOverlap()));
    }

    [Fact]
    public async Task Second_copy_that_requires_it_does_not_start()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await _ticks.WorksAsync(service.Pid);
        ServiceSetup setup = Setup.With("--GracefulRestart:RequireExclusive=true") with { Environment = SameControl(service) };
        await using ServiceProcess copy = ServiceProcess.Launch(setup);

        await copy.Log.FirstAsync($"can't run, as process {service.Pid} has .*RequireExclusive is set");
        Assert.NotEqual(0, await copy.EndAsync(copy.Pid));
        await service.RestartAsync();
    }

    [Fact]
    public async Task Complete_restart_ends_it_before_the_new_program_is_started()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--GracefulRestart:Strategy=Complete"));
        await _ticks.WorksAsync(service.Pid);
        int predecessor = await service.RestartAsync();
        await _ticks.WorksAsync(service.Pid);
        Assert.Equal([predecessor, service.Pid], Turns(_ticks.AssertNoOverlap()));
        await service.StopAsync();
    }

    [Fact]
    public async Task Shutdown_on_probation_stops_it()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        int predecessor = await service.RestartAsync();
        await _ticks.WorksAsync(service.Pid);
        ServiceProcess.Signal(predecessor, Libc.SIGTERM);
        await Deadline.UntilAsync(() => service.Living.Count == 0);
        await service.Log.FirstAsync($"Ticking of {service.Pid} is stopped");
        _ticks.AssertNoOverlap();
    }

    // The shutdown waits for its work as for a request, says so, and cuts it at the limit.
    [Fact]
    public async Task Shutdown_waits_for_its_work_and_cuts_it_at_the_drain_timeout()
    {
        Latch never = new(_directory.PathOf("never"));
        ServiceSetup setup = Setup.With("--GracefulRestart:DrainTimeout=00:00:01") with { FirstBehaviour = never.BehaviourOf("tick-until") };
        setup = setup.With("--shutdownTimeoutSeconds=1");
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await _ticks.WorksAsync(service.Pid);
        service.Signal(Libc.SIGTERM);

        await service.Log.FirstAsync("forced by the drain timeout of 1 s: cut 0 connections and 1 requests");
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(service.Pid));
    }

    [Fact] // G6
    public async Task Predecessor_that_is_killed_before_the_commit_leaves_it_to_the_successor()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await _ticks.WorksAsync(service.Pid);
        int first = service.Pid;
        (Latch latch, int successor) = await service.BeginRestartAsync();
        ServiceProcess.Signal(first, Libc.SIGKILL);
        latch.Open();
        await _ticks.WorksAsync(successor);
        Assert.Equal([first, successor], Turns(_ticks.AssertNoOverlap()));
    }

    private static int[] Turns(IReadOnlyList<Tick> ticks) =>
        [.. ticks.Where((t, i) => i == 0 || ticks[i - 1].Pid != t.Pid).Select(t => t.Pid)];

    private static Dictionary<string, string> SameControl(ServiceProcess service) =>
        new() { ["GracefulRestart__Control__Directory"] = service.ControlDirectory };
}

using System.Globalization;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>G2: whatever ends a successor, the one that asked for the restart learns the exception behind it, and nothing of it has served.</summary>
public sealed class LostReasonTests
{
    // Never healthy, so that the fault comes before it is ready.
    private const string NeverReady = "healthy-at /nonexistent";
    private static readonly ServiceSetup Setup = new ServiceSetup { Probation = TimeSpan.FromSeconds(60) };

    [Theory] // G2
    [InlineData($"fault-in-background\n{NeverReady}", "FaultingWork failed: InvalidOperationException: told to fault in the background")]
    [InlineData("fault-in-background\nwait-at /nonexistent", "FaultingWork failed: InvalidOperationException: told to fault in the background")]
    [InlineData("crash-when-started", "InvalidOperationException: told to crash when started")]
    [InlineData("crash-when-started", "InvalidOperationException: told to crash when started", "--servicesStartConcurrently=true")]
    [InlineData("crash-on-the-core", "InvalidOperationException: told to crash on the core")]
    [InlineData("crash-in-hosted-service\ncatch-in-main", "InvalidOperationException: told to crash in a hosted service")]
    public async Task Successor_that_does_not_start_names_the_exception(string behaviour, string reason, string argument = "--servicesStartConcurrently=false")
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With(argument));
        service.SetNextBehaviour(behaviour);

        string line = await service.FailToRestartAsync();

        Assert.Matches($@"successor \d+ could not start: {reason}\. Process {service.Pid} keeps serving", line);
        Assert.Empty(service.Log.All("Handed over"));
        service.SetNextBehaviour("");
        await service.RestartAsync();
    }

    [Theory] // G2
    [InlineData("fault-when-serving", "FaultingWork failed: InvalidOperationException: told to fault when serving")]
    [InlineData("crash-in-main-when-serving", "InvalidOperationException: told to crash in main when serving")]
    public async Task Successor_that_fails_on_probation_names_the_exception(string behaviour, string reason)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        int predecessor = service.Pid;
        service.SetNextBehaviour(behaviour);

        await service.RestartAsync();
        await service.RolledBackAsync();

        Assert.Matches($@"successor \d+ took over, then gave back: {reason}; rolled back", (await service.Log.FirstAsync("Restart failed: .*")).Value);
        Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Theory] // B16
    [Jit("Native code writes no dump by DOTNET_DbgEnableMiniDump.")]
    [InlineData("throw", "gave back|failed: InvalidOperationException: told to crash")]
    [InlineData("segv", "crashed, and createdump writes a dump|was ended by SIGSEGV|was ended by SIGABRT")]
    public async Task Successor_that_crashes_with_a_dump_is_relieved_and_finishes_the_dump(string misdeed, string reason)
    {
        using var directory = new TemporaryDirectory();
        string dump = directory.PathOf("dump");
        var environment = new Dictionary<string, string> { ["DOTNET_DbgEnableMiniDump"] = "1", ["DOTNET_DbgMiniDumpType"] = "4", ["DOTNET_DbgMiniDumpName"] = dump };
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--GracefulRestart:ExitTimeout=00:01:00") with { Environment = environment });
        int predecessor = service.Pid;
        service.SetNextBehaviour($"after-commit {misdeed} 1");

        await service.RestartAsync();
        int successor = service.Pid;
        await service.RolledBackAsync();

        Assert.Matches($@"successor \d+ took over, then ({reason})", (await service.Log.FirstAsync("Restart failed: .*")).Value);
        Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        await Deadline.UntilAsync(() => !ProcessTable.IsAlive(successor));
        Assert.Equal("ELF"u8.ToArray(), File.ReadAllBytes(dump)[1..4]);
        await service.Log.FirstAsync("Dump successfully written");
    }

    [Fact] // G2
    public async Task Listener_that_is_not_handed_over_is_named_with_its_holder()
    {
        int port = FreePort.Next();
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With($"--MetricsPort={port.ToString(CultureInfo.InvariantCulture)}"));
        service.SetNextBehaviour(NeverReady);

        string line = await service.FailToRestartAsync();

        Assert.Matches($"FaultingWork failed: HttpListenerException: .*; process {service.Pid}, the predecessor, still listens on 127.0.0.1:{port}, which Baton does not hand over", line);
        Assert.DoesNotContain($":{service.Address.Port}", line, StringComparison.Ordinal);
    }
}

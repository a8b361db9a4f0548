using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>
/// F1 to F6: a successor that does not come. Under load no request fails, one log line says what happened, the predecessor serves, and the
/// next good restart works.
/// </summary>
public sealed class FailureTests
{
    private static readonly ServiceSetup ImpatientSetup = new ServiceSetup().With("--GracefulRestart:ReadyTimeout=00:00:05");

    [Theory] // F2, F3
    [InlineData("crash-in-main", "was ended by SIGABRT before it was ready")]
    [InlineData("crash-after-inheriting", "could not start: .*told to crash after inheriting")]
    [InlineData("crash-in-hosted-service", "could not start: .*told to crash in a hosted service")]
    [InlineData("exit-at-once", "exited with code 0 before it was ready")]
    [InlineData("exit-after-inheriting", "exited with code 0 before it was ready")]
    public Task Successor_that_ends_before_it_is_ready_costs_nothing(string behaviour, string reason) =>
        FailOnceAsync(new ServiceSetup(), service => service.SetNextBehaviour(behaviour), service => service.SetNextBehaviour(""), reason);

    [Theory] // F4
    [InlineData("hang-in-main")]
    [InlineData("hang-in-hosted-service")]
    public Task Successor_that_never_gets_ready_is_killed_and_costs_nothing(string behaviour) =>
        FailOnceAsync(
            ImpatientSetup,
            service => service.SetNextBehaviour(behaviour),
            service => service.SetNextBehaviour(""),
            "was not ready within 5 s and was killed");

    [Fact] // F5
    public Task Configuration_that_does_not_parse_costs_nothing() =>
        FailOnceAsync(
            new ServiceSetup(),
            service => service.WriteSettings("{ broken"),
            service => service.WriteSettings("{}"),
            "was ended by SIGABRT before it was ready");

    [Fact] // F9
    public async Task Successor_that_is_killed_while_it_starts_costs_nothing()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        (Latch latch, int successor) = await service.BeginRestartAsync();

        ServiceProcess.Signal(successor, Libc.SIGKILL);

        Assert.Matches($"successor {successor} was ended by SIGKILL before it was ready", await service.FailedToRestartAsync());
        latch.Open();
        await service.RestartAsync();
        await load.EndWithoutFailureAsync();
    }

    [Theory] // F1
    [InlineData("missing", "the program does not exist")]
    [InlineData("not executable", "it is not executable")]
    [InlineData("text", "it is no program for this machine")]
    [InlineData("another machine", "it is no program for this machine")]
    public async Task Program_that_can_not_be_started_costs_nothing(string defect, string reason)
    {
        using var releases = new ReleaseDirectory();
        await FailOnceAsync(
            new ServiceSetup { Command = [releases.Program] },
            _ => BreakRelease(releases, defect),
            _ => releases.Switch(releases.PathOf("1")),
            reason);
    }

    private static void BreakRelease(ReleaseDirectory releases, string defect)
    {
        releases.Switch(releases.PathOf("2"));
        if (defect == "missing")
        {
            return;
        }

        releases.Add("2");
        switch (defect)
        {
            case "not executable":
                File.SetUnixFileMode(releases.Program, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                break;
            case "text":
                File.WriteAllText(releases.Program, "no program at all");
                break;
            case "another machine":
                // The machine stands at offset 18 of an ELF header.
                byte[] program = File.ReadAllBytes(releases.Program);
                program[18] ^= 0xff;
                File.WriteAllBytes(releases.Program, program);
                break;
        }
    }

    private static async Task FailOnceAsync(ServiceSetup setup, Action<ServiceProcess> spoil, Action<ServiceProcess> mend, string reason)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        await load.MoreAsync();
        int pid = service.Pid;

        spoil(service);
        string line = await service.FailToRestartAsync();

        Assert.Matches(reason, line);
        Assert.EndsWith($"Process {pid} keeps serving.", line, StringComparison.Ordinal);
        Assert.Equal([pid], service.Living);
        Assert.Equal(pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        await load.MoreAsync();
        Assert.Single(service.Log.All("Restart failed"));

        mend(service);
        Assert.Equal(pid, await service.RestartInTimeAsync());
        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }
}

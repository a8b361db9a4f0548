using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using Baton.SystemdTests.Machine;

namespace Baton.SystemdTests;

/// <summary>Checklist E1: <c>Type=notify-reload</c>, where <c>systemctl reload</c> itself sends the signal and waits for the end.</summary>
[Jit("The area: systemd itself.")]
public class ReloadTypeTests(SystemdMachine machine) : IClassFixture<SystemdMachine>
{
    private const int FirstVersion = 253;

    [Fact]
    public async Task Reload_returns_when_the_new_process_serves()
    {
        await using Unit unit = await StartAsync();
        await using BackgroundLoad load = BackgroundLoad.Start(unit.Address);
        int first = await unit.MainPidAsync();

        Assert.Equal(0, (await unit.SystemctlAsync("reload")).Code);
        int second = await unit.MainPidAsync();
        Assert.NotEqual(first, second);
        Assert.Equal(second, (await unit.GetAsync()).Pid);

        // During the probation of the second: it is held until that is over, and the command waits.
        Assert.Equal(0, (await unit.SystemctlAsync("reload")).Code);
        Assert.NotEqual(second, await unit.MainPidAsync());
        await load.EndWithoutFailureAsync();
    }

    // systemd has no word for a reload that failed: the status has it, and who deploys must compare.
    [Fact]
    public async Task Reload_of_a_bad_release_returns_when_it_has_failed()
    {
        await using Unit unit = await StartAsync();
        int main = await unit.MainPidAsync();
        unit.SetNextBehaviour("crash-in-main");

        await unit.SystemctlAsync("reload");

        Assert.Contains("Restart by SIGHUP: successor", await unit.ShowAsync("StatusText"), StringComparison.Ordinal);
        Assert.Equal("active", await unit.ShowAsync("ActiveState"));
        Assert.Equal(main, await unit.MainPidAsync());
    }

    private async Task<Unit> StartAsync()
    {
        Assert.SkipWhen(
            machine.Problem is null && machine.Version < FirstVersion,
            $"Type=notify-reload IS NOT TESTED: it needs systemd {FirstVersion}, this machine runs {machine.Version}. {machine.Notes}");
        return await Unit.StartAsync(machine, name: "hello-reload");
    }
}

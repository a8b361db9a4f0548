using System.Text.RegularExpressions;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using Baton.SystemdTests.Machine;

namespace Baton.SystemdTests;

/// <summary>docs/systemd-hardening.md: a unit with all of its lines restarts, and takes a bad release back.</summary>
public sealed partial class HardeningTests(SystemdMachine machine) : IClassFixture<SystemdMachine>
{
    [Fact]
    public async Task Unit_with_the_lines_of_the_page_restarts_and_takes_a_bad_release_back()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(SystemdMachine.Samples, "../../docs/systemd-hardening.md"), TestContext.Current.CancellationToken);
        await using Unit unit = await Unit.StartAsync(machine, Lines().Match(page).Groups["lines"].Value);
        Assert.Equal("strict", await unit.ShowAsync("ProtectSystem"));
        Assert.Equal("yes", await unit.ShowAsync("NoNewPrivileges"));
        await using BackgroundLoad load = BackgroundLoad.Start(unit.Address);
        await load.MoreAsync();

        int main = await unit.ReloadAsync();
        Assert.Equal(main, (await unit.GetAsync()).Pid);
        await unit.SettleAsync();
        unit.SetNextBehaviour("crash-in-hosted-service");
        Assert.Equal(0, (await unit.SystemctlAsync("reload")).Code);
        await unit.UntilAsync("StatusText", status => status.Contains("could not start", StringComparison.Ordinal));
        Assert.Equal(main, await unit.MainPidAsync());

        await load.EndWithoutFailureAsync();
        Assert.Equal("0", await unit.ShowAsync("NRestarts"));
    }

    [GeneratedRegex(@"```ini\n(?<lines>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Lines();
}

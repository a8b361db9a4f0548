using System.Globalization;
using System.Net;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.SystemdTests.Machine;

/// <summary>
/// A unit file of <c>samples/systemd</c> in the machine, as an administrator deals with it: <c>systemctl</c> and the journal. Its program is the test service
/// under the sample's name. At its end the unit is stopped and gone, and the test's output has its journal.
/// </summary>
internal sealed class Unit : IAsyncDisposable
{
    private const string BehaviourFile = "/run/baton-test/behaviour";
    private const string RuntimeDirectory = "/run/hello";
    private const string Releases = "/srv/hello/releases";

    // Its working directory is "/": a watched configuration would be a watch on each directory of the machine, in each process that starts.
    private const string Surroundings =
        $"TEST_SERVICE_BEHAVIOUR={BehaviourFile} GracefulRestart__Probation=00:00:01 DOTNET_EnableDiagnostics=0 DOTNET_hostBuilder__reloadConfigOnChange=false";

    // Each look is two processes and work for systemd: the longer the wait, the rarer.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);
    private readonly SystemdMachine _machine;
    private readonly string? _socket;
    private string _cursor = "";

    private Unit(SystemdMachine machine, string name, string? socket) => (_machine, Name, _socket) = (machine, name, socket);

    internal string Name { get; }

    /// <summary>Where the sample listens.</summary>
    internal ServiceAddress Address => At(new IPEndPoint(IPAddress.Loopback, 8080));

    /// <summary>Installs a service, with additions to its unit file, and with a socket unit if it is to have one.</summary>
    /// <param name="service">Lines for the section [Service] of a drop-in.</param>
    /// <param name="socketLines">Lines for the section [Socket]; null for no socket unit.</param>
    internal static async Task<Unit> InstallAsync(SystemdMachine machine, string service = "", string? socketLines = null, string name = "hello", string? program = null)
    {
        Assert.SkipWhen(machine.Problem is not null, $"SYSTEMD IS NOT TESTED: {machine.Problem}");
        var unit = new Unit(machine, $"{name}.service", socketLines is null ? null : $"{name}.socket");
        machine.Write($"/run/systemd/system/{unit.Name}", await File.ReadAllTextAsync(Path.Combine(SystemdMachine.Samples, unit.Name)));
        machine.Write(
            $"/run/systemd/system/{unit.Name}.d/test.conf",
            $"[Service]\nEnvironment={Surroundings}\nLimitCORE=0\n{service}\n");
        if (unit._socket is not null)
        {
            machine.Write($"/run/systemd/system/{unit._socket}", await File.ReadAllTextAsync(Path.Combine(SystemdMachine.Samples, unit._socket)));
            machine.Write($"/run/systemd/system/{unit._socket}.d/test.conf", $"[Socket]\n{socketLines}\n");
        }

        unit.SetNextBehaviour("");
        await unit.AddReleaseAsync("1", program ?? SystemdMachine.TestService);
        await unit.SwitchAsync("1");
        unit._cursor = (await machine.DoAsync("journalctl", "-n", "0", "--show-cursor")).Split("-- cursor: ")[^1];
        await machine.DoAsync("systemctl", "daemon-reload");
        return unit;
    }

    /// <summary>Installs and starts it.</summary>
    internal static async Task<Unit> StartAsync(SystemdMachine machine, string service = "", string? socketLines = null, string name = "hello", string? program = null)
    {
        Unit unit = await InstallAsync(machine, service, socketLines, name, program);
        try
        {
            await machine.DoAsync("systemctl", "start", unit._socket ?? unit.Name);
            return unit;
        }
        catch
        {
            await unit.DisposeAsync();
            throw;
        }
    }

    internal ServiceAddress At(EndPoint endPoint) => new(endPoint.ToString()!, Tls: false, endPoint) { Within = _machine.Network.Create };

    /// <summary>A unix socket in the machine.</summary>
    internal ServiceAddress AtPath(string path) => ServiceAddress.OfUnix(_machine.PathOf(path));

    internal async Task<HttpAnswer> GetAsync(string path = "/") => await HttpConnection.GetOnceAsync(Address, path);

    /// <summary>Begins a request that waits in the service until <see cref="AnswerAsync"/>.</summary>
    internal async Task<HttpConnection> BeginRequestAsync(string latch = "latch")
    {
        HttpConnection connection = await HttpConnection.OpenAsync(Address);
        await connection.SendGetAsync($"/wait?at={RuntimeDirectory}/{latch}");
        await Deadline.UntilAsync(() => File.Exists(_machine.PathOf($"{RuntimeDirectory}/{latch}.reached")));
        return connection;
    }

    /// <summary>Lets that request end, well.</summary>
    internal async Task AnswerAsync(HttpConnection connection, string latch = "latch")
    {
        await _machine.DoAsync("touch", $"{RuntimeDirectory}/{latch}");
        Assert.Equal(200, (await connection.ReceiveAsync()).Status);
    }

    internal void SetNextBehaviour(string behaviour) => _machine.Write(BehaviourFile, behaviour);

    /// <summary>Copies a program as a release.</summary>
    internal async Task AddReleaseAsync(string release, string program)
    {
        await _machine.DoAsync("mkdir", "-p", Releases);
        await _machine.DoAsync("rm", "-rf", $"{Releases}/{release}");
        await _machine.DoAsync("cp", "-r", program, $"{Releases}/{release}");
        if (program == SystemdMachine.TestService)
        {
            await _machine.DoAsync("ln", "-s", "TestService", $"{Releases}/{release}/Hello");
        }
    }

    /// <summary>Deploys a release, as docs/systemd.md says.</summary>
    internal Task SwitchAsync(string release) =>
        _machine.DoAsync("sh", "-c", $"cd /srv/hello && ln -sfn releases/{release} current.tmp && mv -T current.tmp current");

    internal Task<CommandResult> SystemctlAsync(string verb) => _machine.RunAsync("systemctl", verb, Name);

    internal async Task<string> ShowAsync(string property) => await _machine.DoAsync("systemctl", "show", "--value", "-p", property, Name);

    internal async Task<int> MainPidAsync() => int.Parse(await ShowAsync("MainPID"), CultureInfo.InvariantCulture);

    /// <summary>Waits until a property has a value that is as wanted.</summary>
    internal async Task<string> UntilAsync(string property, Func<string, bool> wanted)
    {
        long begun = TimeProvider.System.GetTimestamp();
        TimeSpan pause = FirstPause;
        while (true)
        {
            string value = await ShowAsync(property);
            if (wanted(value))
            {
                return value;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(60), $"{property} of {Name} is still {value}");
            await Task.Delay(pause, TestContext.Current.CancellationToken);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }
    }

    internal Task UntilAsync(string property, string value) => UntilAsync(property, actual => actual == value);

    /// <summary>Asks for a reload and waits until a new process is the main one.</summary>
    /// <returns>Its pid.</returns>
    internal async Task<int> ReloadAsync()
    {
        string old = await ShowAsync("MainPID");
        Assert.Equal(0, (await SystemctlAsync("reload")).Code);
        return int.Parse(await UntilAsync("MainPID", pid => pid != old), CultureInfo.InvariantCulture);
    }

    /// <summary>Asks for a reload whose release dies on probation, and waits until the old process is the main one again: the other is that for too short a time to be seen.</summary>
    internal async Task ReloadInVainAsync(int main)
    {
        Assert.Equal(0, (await SystemctlAsync("reload")).Code);
        await UntilAsync("StatusText", status => status.Contains("rolled back", StringComparison.OrdinalIgnoreCase));
        await UntilAsync("MainPID", $"{main}");
    }

    /// <summary>Waits until the process in charge has passed its probation, and its predecessor has gone.</summary>
    internal async Task SettleAsync()
    {
        await UntilAsync("StatusText", status => status.StartsWith("Generation", StringComparison.Ordinal) && status.EndsWith("serves", StringComparison.Ordinal));
        await Deadline.UntilAsync(async () => (await PidsAsync()).Length == 1);
    }

    /// <summary>All processes of the unit.</summary>
    internal async Task<string[]> PidsAsync()
    {
        CommandResult result = await _machine.RunAsync("systemctl", "show", "--value", "-p", "ControlGroup", Name);
        CommandResult pids = await _machine.RunAsync("sh", "-c", $"cat /sys/fs/cgroup/systemd{result.Output}/cgroup.procs /sys/fs/cgroup{result.Output}/cgroup.procs 2>/dev/null");
        return result.Output.Length == 0 ? [] : [.. pids.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct()];
    }

    internal Task KillAsync(string signal, int pid) => _machine.DoAsync("kill", $"-{signal}", pid.ToString(CultureInfo.InvariantCulture));

    /// <summary>What the service and systemd have written about it since the test began.</summary>
    internal async Task<string> JournalAsync()
    {
        await _machine.RunAsync("journalctl", "--sync");
        return (await _machine.RunAsync("journalctl", "--no-pager", "-o", "cat", "-u", Name, "--after-cursor", _cursor)).Output;
    }

    public async ValueTask DisposeAsync()
    {
        string[] units = [.. new[] { _socket, Name }.OfType<string>()];
        await _machine.RunAsync(["systemctl", "kill", "-s", "KILL", Name]);
        await _machine.RunAsync(["systemctl", "stop", .. units]);
        await _machine.RunAsync(["systemctl", "reset-failed", .. units]);
        TestOutput.Write(await JournalAsync());
        await _machine.RunAsync("sh", "-c", $"rm -rf {string.Join(' ', units.Select(u => $"/run/systemd/system/{u} /run/systemd/system/{u}.d"))}");
        await _machine.RunAsync("systemctl", "daemon-reload");
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Baton.ProcessTests.Http;

namespace Baton.ProcessTests.Service;

/// <summary>
/// A pid namespace, as a container has one, in which a command is process 1. The log has the numbers that its processes have inside; signals find them by
/// those. At its end nothing of it is left.
/// </summary>
internal sealed class Container : IAsyncDisposable
{
    private readonly string _mark = $"BATON_TEST_RUN={Guid.NewGuid()}";
    private readonly Process _unshare;

    private Container(string[] command, IReadOnlyDictionary<string, string> environment, bool ownNetwork)
    {
        string[] asRoot = Environment.IsPrivilegedProcess ? [] : ["--map-root-user"];
        string[] apart = ownNetwork ? ["--net", .. asRoot] : asRoot;
        var start = new ProcessStartInfo("unshare", ["--pid", "--fork", "--kill-child", "--mount-proc", .. apart, .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] mark = _mark.Split('=');
        start.Environment[mark[0]] = mark[1];
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["GracefulRestart__Probation"] = "00:00:01";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        _unshare = Process.Start(start)!;
        Log.Read(_unshare.StandardOutput, _unshare.StandardError);
    }

    internal ServiceLog Log { get; } = new();

    /// <summary>Of the first generation; a port stays the same.</summary>
    internal ServiceAddress Address => ServiceAddress.Parse(Log.All(@"Now listening on: (?<address>\S+)")[0].Groups["address"].Value);

    internal int ZombieChildrenOfProcess1 => ProcessTable.CountZombieChildren(Outside(1));

    internal static async Task<Container> StartAsync(string[] command, IReadOnlyDictionary<string, string>? environment = null)
    {
        Container container = Launch(command, environment);
        try
        {
            await container.ServesAsync(generation: 1);
            return container;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, no more.</summary>
    /// <param name="command">The command that is process 1.</param>
    /// <param name="environment">More of its environment.</param>
    /// <param name="ownNetwork">Whether it has a network namespace of its own.</param>
    internal static Container Launch(
        string[] command, IReadOnlyDictionary<string, string>? environment = null, bool ownNetwork = false) =>
        new(command, environment ?? new Dictionary<string, string>(), ownNetwork);

    /// <summary>Waits until a generation serves for good.</summary>
    /// <returns>Its pid inside.</returns>
    internal async Task<int> ServesAsync(int generation)
    {
        Match line = await Log.FirstAsync($@"Process (?<pid>\d+), generation {generation}: (Starting|OnProbation) -> Serving|Restart failed: .*|Restart asked by .* refused: .*");
        Assert.True(line.Groups["pid"].Success, line.Value);
        return int.Parse(line.Groups["pid"].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Sends a signal to the process that has this number inside.</summary>
    internal void Signal(int pid, int signal) => ServiceProcess.Signal(Outside(pid), signal);

    /// <summary>Waits until process 1 has ended.</summary>
    /// <returns>Its exit code, as an engine would see it.</returns>
    internal async Task<int> EndAsync()
    {
        await _unshare.WaitForExitAsync().InTime("the end of the container");
        Assert.Empty(ProcessTable.StartedWith(_mark));
        return _unshare.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        // With it process 1 is killed, and with that all others.
        _unshare.Kill();
        await Deadline.UntilAsync(() => ProcessTable.StartedWith(_mark).Count == 0);
        TestOutput.Write(Log.ToString());
        _unshare.Dispose();
    }

    private int Outside(int pid) =>
        Assert.Single(ProcessTable.StartedWith(_mark), p => ProcessTable.NumbersInNamespaces(p) is { Count: > 1 } numbers && numbers[^1] == pid);
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Baton.ProcessTests.Http;

namespace Baton.ProcessTests.Service;

/// <summary>
/// A service as an operator sees it: processes that are started, signalled and watched by their log. Owns every generation and whatever
/// they start: at its end none of them is left, and the test's output has the log.
/// </summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    /// <summary>The exit code of a process whose open work was cut.</summary>
    internal const int ForcedExitCode = 124;

    /// <summary>The control socket, and a pair to wake the thread that accepts on it.</summary>
    internal const int ControlSockets = 3;

    /// <summary>Of these the control socket has two descriptors, as every listener.</summary>
    internal const int ControlDescriptors = 4;

    /// <summary>The log line that says what became of a restart.</summary>
    internal const string Outcome = $"{NotRestarted}|Handed over to process .*";

    private const string NotRestarted = "Restart failed: .*|Restart asked by .* refused: .*";

    private readonly TemporaryDirectory _directory = new();
    private readonly string _mark = $"BATON_TEST_RUN={Guid.NewGuid()}";
    private readonly ConcurrentDictionary<int, Task<int?>> _ends = [];
    private readonly Process _first;
    private int _latches;

    private ServiceProcess(ServiceSetup setup)
    {
        WorkingDirectory = setup.WorkingDirectory ?? Directory.CreateDirectory(_directory.PathOf("work")).FullName;
        IReadOnlyList<string> command = setup.Command ?? [ServiceSetup.BuiltProgram];
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), .. setup.Arguments])
        {
            WorkingDirectory = WorkingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        string[] mark = _mark.Split('=');
        start.Environment[mark[0]] = mark[1];
        start.Environment["TEST_SERVICE_BEHAVIOUR"] = BehaviourFile;
        start.Environment["GracefulRestart__Probation"] = setup.Probation.ToString();

        // Beside other tests each start would take long.
        start.Environment["GracefulRestart__GentleStart"] = "0s";

        // Services of other tests have the same name.
        start.Environment["GracefulRestart__Control__Directory"] = ControlDirectory;
        start.Environment["BATON_CONTROL_DIR"] = ControlDirectory;

        // A killed process would leave its diagnostics socket behind, and it would count among its descriptors.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";

        // Kestrel would follow a changed file at once, without a restart.
        start.Environment["DOTNET_hostBuilder__reloadConfigOnChange"] = "false";
        foreach ((string name, string value) in setup.Environment)
        {
            start.Environment[name] = value;
        }

        SetNextBehaviour(setup.FirstBehaviour);
        if (setup.Settings is not null)
        {
            WriteSettings(setup.Settings);
        }

        _first = Process.Start(start)!;
        _first.StandardInput.Close();
        Log.Read(_first.StandardOutput, _first.StandardError);
        _ends[_first.Id] = EndOfFirstAsync();
        Pid = _first.Id;
    }

    internal ServiceLog Log { get; } = new();

    internal string WorkingDirectory { get; }

    /// <summary>The generation that serves.</summary>
    internal int Pid { get; private set; }

    internal int Generation { get; private set; } = 1;

    internal ServiceAddress Address => Addresses[0];

    /// <summary>What the generation that serves listens on, in the order of its log.</summary>
    internal IReadOnlyList<ServiceAddress> Addresses =>
        [.. Log.All($@"\[{Pid}\] .*Now listening on: (?<address>\S+)").Select(m => ServiceAddress.Parse(m.Groups["address"].Value))];

    /// <summary>The process that the test has started: the first generation, or what runs it.</summary>
    internal int FirstPid => _first.Id;

    /// <summary>Living processes of this service: generations, and what they started.</summary>
    internal IReadOnlyList<int> Living => ProcessTable.StartedWith(_mark);

    /// <summary>Where the control socket is, unless the test says otherwise.</summary>
    internal string ControlDirectory => _directory.PathOf("control");

    internal string ControlSocket => Path.Combine(ControlDirectory, "TestService.sock");

    private string BehaviourFile => _directory.PathOf("behaviour");

    /// <summary>Starts it and waits until it serves.</summary>
    internal static async Task<ServiceProcess> StartAsync(ServiceSetup? setup = null)
    {
        ServiceProcess service = Launch(setup);
        try
        {
            await service.ServesAsync(generation: 1);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the first process serves, of a service that was only launched.</summary>
    internal Task ServesFirstAsync() => ServesAsync(generation: 1);

    /// <summary>Starts it, no more.</summary>
    internal static ServiceProcess Launch(ServiceSetup? setup = null) => new(setup ?? new ServiceSetup());

    /// <summary>What the next process that starts does.</summary>
    internal void SetNextBehaviour(string behaviour) => File.WriteAllText(BehaviourFile, behaviour);

    /// <summary>Whole or not at all: a process may read it at this moment.</summary>
    internal void WriteSettings(string json)
    {
        string draft = _directory.PathOf("appsettings.json~");
        File.WriteAllText(draft, json);
        File.Move(draft, Path.Combine(WorkingDirectory, "appsettings.json"), overwrite: true);
    }

    internal Latch NewLatch() => new(_directory.PathOf($"latch{Interlocked.Increment(ref _latches)}"));

    internal void Signal(int signal) => Signal(Pid, signal);

    internal static void Signal(int pid, int signal) => Assert.Equal(0, Libc.kill(pid, signal));

    /// <summary>Restarts it and waits until the successor serves.</summary>
    /// <returns>The pid of the predecessor.</returns>
    internal async Task<int> RestartAsync(int signal = Libc.SIGUSR2)
    {
        int after = Log.Length;
        Signal(signal);
        return await RestartedAsync(after);
    }

    /// <summary>Waits until the restart that is under way has a successor that serves.</summary>
    /// <returns>The pid of the predecessor.</returns>
    internal async Task<int> RestartedAsync(int after = 0)
    {
        int predecessor = Pid;
        await ServesAsync(Generation + 1, after);
        return predecessor;
    }

    /// <summary>Asks for a restart that is to fail, and waits until it has.</summary>
    /// <returns>The log line that says so.</returns>
    internal async Task<string> FailToRestartAsync()
    {
        int after = Log.Length;
        Signal(Libc.SIGUSR2);
        return await FailedToRestartAsync(after);
    }

    internal async Task<string> FailedToRestartAsync(int after = 0)
    {
        string line = (await Log.FirstAsync(Outcome, after)).Value;
        Assert.StartsWith("Restart failed", line, StringComparison.Ordinal);
        return line;
    }

    /// <summary>Waits until a predecessor serves again and has said so to whoever asked for the restart.</summary>
    /// <returns>The log line that says why.</returns>
    internal async Task<string> RolledBackAsync(int after = 0)
    {
        Match line = await Log.FirstAsync(@"Rolled back: successor \d+ .*\. Process (?<pid>\d+) serves again.*", after);
        Pid = int.Parse(line.Groups["pid"].Value, CultureInfo.InvariantCulture);
        Match own = await Log.FirstAsync($@"Process {Pid}, generation (?<generation>\d+): ");
        Generation = int.Parse(own.Groups["generation"].Value, CultureInfo.InvariantCulture);
        await Log.FirstAsync($@"Restart failed: .*rolled back\. Process {Pid} serves again", after);
        return line.Value;
    }

    /// <summary>Begins a restart whose successor waits at a latch before it is ready.</summary>
    internal async Task<(Latch Latch, int Successor)> BeginRestartAsync()
    {
        Latch latch = NewLatch();
        SetNextBehaviour(latch.Behaviour);
        int after = Log.Length;
        Signal(Libc.SIGUSR2);
        int successor = await SuccessorAsync(after);

        // It starts while it is still given the listeners: both are waited for.
        await Log.FirstAsync($"process {successor}, takes over from process", after);
        await latch.ReachedAsync();
        return (latch, successor);
    }

    /// <summary>Begins a request that waits at a latch inside the generation that serves.</summary>
    internal async Task<(Latch Latch, HttpConnection Connection)> BeginRequestAsync()
    {
        Latch latch = NewLatch();
        return (latch, await BeginRequestAsync(latch, latch.Request));
    }

    /// <summary>Begins a request that will never end.</summary>
    internal Task<HttpConnection> BeginStuckRequestAsync()
    {
        Latch latch = NewLatch();
        return BeginRequestAsync(latch, latch.StuckRequest);
    }

    /// <summary>The pid of a successor that has been started and does not serve yet. A predecessor that was killed may not have written it: then it is in what the successor says.</summary>
    internal async Task<int> SuccessorAsync(int after = 0)
    {
        string said = $@"Started successor (?<pid>\d+)|Generation {Generation + 1}, process (?<pid>\d+), takes over|Process (?!{Pid} )(?<pid>\d+) ends at once";
        return int.Parse((await Log.FirstAsync(said, after)).Groups["pid"].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Waits for the end of one generation.</summary>
    /// <returns>Its exit code, 128 and more for a signal; null if a living predecessor has collected it.</returns>
    internal Task<int?> EndAsync(int pid) => _ends.GetOrAdd(pid, EndOfOrphanAsync).InTime($"the end of process {pid}");

    /// <summary>Shuts it down and waits until none of its processes is left.</summary>
    internal async Task StopAsync(int signal = Libc.SIGTERM)
    {
        Signal(signal);
        Assert.Equal(0, await EndAsync(Pid) ?? 0);
        await Deadline.UntilAsync(() => Living.Count == 0);
    }

    public async ValueTask DisposeAsync()
    {
        // Again and again: one of them may be starting another.
        await Deadline.UntilAsync(() =>
        {
            foreach (int pid in Living)
            {
                _ = Libc.kill(pid, Libc.SIGKILL);
            }

            return Living.Count == 0;
        });
        await CollectOrphansAsync();
        TestOutput.Write(Log.ToString());
        _first.Dispose();
        _directory.Dispose();
    }

    private static string Serving(int generation) => $@"Process (?<pid>\d+), generation {generation}: Starting -> (Serving|OnProbation)";

    private async Task<HttpConnection> BeginRequestAsync(Latch latch, string path)
    {
        HttpConnection connection = await HttpConnection.OpenAsync(Address);
        await connection.SendGetAsync(path);
        await latch.ReachedAsync();
        return connection;
    }

    private async Task ServesAsync(int generation, int after = 0)
    {
        // A successor's exception is told by its predecessor, and what it wrote itself may come later, when the next is being started.
        string failed = generation == 1 ? "Unhandled exception.*" : NotRestarted;
        Match line = await Log.FirstAsync($"{Serving(generation)}|{failed}", after);
        if (!line.Groups["pid"].Success && Log.All($@"Handed over to process (?<pid>\d+), generation {generation},", after) is [Match handedOver, ..])
        {
            // It served, and was dead before its own line was written.
            line = handedOver;
        }

        Assert.True(line.Groups["pid"].Success, line.Value);
        Pid = int.Parse(line.Groups["pid"].Value, CultureInfo.InvariantCulture);
        Generation = generation;
    }

    private async Task<int?> EndOfFirstAsync()
    {
        await _first.WaitForExitAsync();
        return _first.ExitCode;
    }

    private static async Task<int?> EndOfOrphanAsync(int pid)
    {
        int? code = null;
        await Deadline.UntilAsync(() =>
        {
            if (Libc.waitpid(pid, out int status, Libc.WNOHANG) != pid)
            {
                return !Directory.Exists($"/proc/{pid}");
            }

            code = (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
            return true;
        });
        return code;
    }

    /// <summary>As init does: what the generations left to us must not pile up.</summary>
    private async Task CollectOrphansAsync()
    {
        foreach (Match line in Log.All(@"Started successor (?<pid>\d+)"))
        {
            await EndAsync(int.Parse(line.Groups["pid"].Value, CultureInfo.InvariantCulture));
        }

        await EndAsync(_first.Id);
    }
}

using System.Runtime.InteropServices;
using Baton.Cli.CommandLine;
using Baton.Interop;
using Baton.Processes;

namespace Baton.Cli.Running;

/// <summary>
/// Starts the first process of the service, each time with the environment, the directory and the arguments of this process's
/// own start.
/// </summary>
internal sealed class ServiceStart
{
    // The section of the options in the configuration.
    private const string NameVariable = "GracefulRestart__Name";

    private readonly RunOptions _options;
    private readonly Dictionary<string, string> _environment;
    private readonly string _directory = Environment.CurrentDirectory;

    /// <param name="options">What was asked for.</param>
    /// <param name="environment">The environment of this process.</param>
    /// <param name="notifyAddress">Where the service sends its messages.</param>
    /// <param name="terminal">The terminal of this process; null for none.</param>
    internal ServiceStart(
        RunOptions options, IReadOnlyDictionary<string, string> environment, string notifyAddress, TerminalSession? terminal)
    {
        _options = options;

        // The process in charge sends the signs for the watchdog, whatever its pid.
        _environment = environment
            .Where(v => !SystemdVariable.IsAboutListeners(v.Key) && v.Key is not SystemdVariable.WatchdogPid)
            .ToDictionary(StringComparer.Ordinal);
        _environment[SystemdVariable.NotifySocket] = notifyAddress;
        _environment[RunParent.Variable] = RunParent.Describe()
            ?? throw new CommandException(ExitCode.OwnFailure, "NoProc", "baton run needs /proc, which is not mounted here.");
        if (options.Name is { } name)
        {
            _environment[NameVariable] = name;
        }

        if (terminal is not null)
        {
            StartCommand told = terminal.Tell(new StartCommand("", [], _directory, _environment), mayStandIn: false);
            _environment[TerminalSession.Variable] = told.Environment[TerminalSession.Variable];
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="listeners">What it gets.</param>
    /// <param name="outputs">Its standard output and error; null for those of this process.</param>
    /// <exception cref="CommandException">It can't be started.</exception>
    /// <returns>The process, which leads a process group.</returns>
    internal SpawnedProcess Start(HeldSockets listeners, (Descriptor Output, Descriptor Error)? outputs)
    {
        var environment = new Dictionary<string, string>(_environment, StringComparer.Ordinal);
        foreach ((string name, string value) in listeners.Variables)
        {
            environment[name] = value;
        }

        (SafeHandle, int)[] inherited =
        [
            .. outputs is { } o ? new (SafeHandle, int)[] { (o.Output, 1), (o.Error, 2) } : [],
            .. listeners.All.Select((l, i) => ((SafeHandle)l.Socket, HeldSockets.FirstDescriptor + i)),
        ];
        try
        {
            string program = Find(_options.Command[0], _directory, _environment.GetValueOrDefault("PATH"));
            var command = new StartCommand(program, _options.Command, _directory, environment);
            return Spawner.Spawn(command, environment, inherited, blockedSignals: [], ownGroup: true);
        }
        catch (RestartException e)
        {
            throw new CommandException(ExitCode.NotExecutable, "NotExecutable", e.Message);
        }
    }

    /// <summary>Finds a program as a shell does.</summary>
    /// <exception cref="CommandException">There is none, or it is not executable.</exception>
    internal static string Find(string word, string directory, string? searchPath)
    {
        string[] places = word.Contains('/')
            ? [Path.Combine(directory, word)]
            : [.. (searchPath ?? "").Split(':').Select(d => Path.Combine(directory, d, word))];
        string[] there = [.. places.Where(File.Exists)];
        if (there.Length == 0)
        {
            string where = word.Contains('/') ? "" : " on the PATH";
            string what = Directory.Exists(places[0]) ? $"{word} is a directory." : $"There is no program {word}{where}.";
            throw new CommandException(ExitCode.NoProgram, "NoProgram", what);
        }

        return there.FirstOrDefault(p => Libc.access(p, Libc.X_OK) == 0)
            ?? throw new CommandException(
                ExitCode.NotExecutable, "NotExecutable", $"{there[0]} is not executable by this user.{Advice(there[0])}");
    }

    private static string Advice(string program) => program.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
        ? $" An assembly is started by: baton run -- dotnet {program}"
        : "";
}

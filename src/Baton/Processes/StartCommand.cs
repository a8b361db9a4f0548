using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// The command that started this process, kept in its first moments to start a successor the same way. Links are not resolved:
/// after <c>current -> releases/2</c> the same command starts the new release.
/// </summary>
internal sealed record StartCommand(
    string Program, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment)
{
    // The same as HandoverProtocol.EnvironmentVariable, which this folder cannot use; a test compares them.
    internal const string HandoverVariable = "BATON_HANDOVER";

    /// <summary>Variables that a predecessor sets for its successor only.</summary>
    internal static readonly IReadOnlyList<string> OwnVariables =
    [
        HandoverVariable, CompleteRestart.Variable, CompleteRestart.TraceVariable,
    ];

    /// <summary>Reads the command of the running process.</summary>
    internal static StartCommand Capture()
    {
        string[] words = CommandLine();
        Dictionary<string, string> environment = StartEnvironment.Capture();
        string directory = LogicalWorkingDirectory(environment);
        return new StartCommand(FindProgram(words[0], directory, environment), words, directory, environment);
    }

    /// <summary>
    /// The environment for a program that checks itself, without variables meant for this process or for the service.
    /// </summary>
    internal Dictionary<string, string> AsideEnvironment() =>
        Environment.Where(v => !IsReserved(v.Key)).ToDictionary(StringComparer.Ordinal);

    /// <summary>The environment for a process that replaces this one without taking over its listeners.</summary>
    internal Dictionary<string, string> ReplacingEnvironment() =>
        Environment.Where(v => !IsOwn(v.Key) && !SystemdVariable.IsAboutListeners(v.Key)).ToDictionary(StringComparer.Ordinal);

    internal StartCommand With(string variable, string value) =>
        this with { Environment = new Dictionary<string, string>(Environment, StringComparer.Ordinal) { [variable] = value } };

    internal StartCommand Without(string variable) =>
        this with { Environment = Environment.Where(v => v.Key != variable).ToDictionary(StringComparer.Ordinal) };

    /// <summary>
    /// The file that was started: the first word of the command line, looked up as a shell does. If that leads to another program
    /// (<c>exec -a name</c>), it is the file that the kernel runs.
    /// </summary>
    internal static string FindProgram(string word, string directory, string? runs, string? searchPath)
    {
        IEnumerable<string> candidates = word.Contains('/')
            ? [Path.Combine(directory, word)]
            : (searchPath ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(d => Path.Combine(directory, d, word));
        return candidates.FirstOrDefault(c => runs is not null && Libc.RealPath(c) == runs) ?? runs ?? word;
    }

    /// <summary>Whether hooks cannot change the variable: it is Baton's, or systemd's.</summary>
    internal static bool IsReserved(string variable) => IsOwn(variable) || IsOfTheService(variable);

    /// <summary>Whether the variable is passed from generation to generation, whatever hooks do.</summary>
    internal static bool IsOfTheService(string variable) =>
        variable is TerminalSession.Variable or RunParent.Variable || SystemdVariable.IsAboutTheService(variable);

    private static bool IsOwn(string variable) => OwnVariables.Contains(variable);

    private static string FindProgram(string word, string directory, Dictionary<string, string> environment) =>
        Platform.HandoverSupported
            ? FindProgram(word, directory, Libc.RealPath("/proc/self/exe"), environment.GetValueOrDefault("PATH"))
            : System.Environment.ProcessPath ?? word;

    /// <summary>
    /// The command line where the system keeps none. <c>Environment.GetCommandLineArgs()</c> begins with the assembly, whichever
    /// program was started, and lacks arguments of the dotnet host.
    /// </summary>
    internal static string[] CommandLine(string? program, string[] arguments) =>
        program is null ? arguments
        : Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, .. arguments]
        : [program, .. arguments.Skip(1)];

    private static string[] CommandLine()
    {
        if (!OperatingSystem.IsLinux())
        {
            return CommandLine(System.Environment.ProcessPath, System.Environment.GetCommandLineArgs());
        }

        string text = ByteText.Decode(File.ReadAllBytes("/proc/self/cmdline"));
        return text.EndsWith('\0') ? text[..^1].Split('\0') : text.Split('\0');
    }

    // $PWD keeps the link by which the directory was entered; getcwd(2) does not. It counts only while it names the same
    // directory.
    private static string LogicalWorkingDirectory(Dictionary<string, string> environment)
    {
        string physical = (Platform.HandoverSupported ? Libc.RealPath("/proc/self/cwd") : null)
            ?? System.Environment.CurrentDirectory;
        string? logical = environment.GetValueOrDefault("PWD");
        return Platform.HandoverSupported && logical is ['/', ..] && Libc.RealPath(logical) == physical ? logical : physical;
    }
}

using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// How this process was started, kept in its first moments so that a successor is started the same way. Nothing is resolved
/// through links: after <c>current -> releases/2</c> the same words start the new release.
/// </summary>
internal sealed record StartCommand(
    string Program, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment)
{
    // HandoverProtocol.EnvironmentVariable, which is of a folder above this one; a test compares them.
    internal const string HandoverVariable = "BATON_HANDOVER";

    /// <summary>What a predecessor tells its successor alone.</summary>
    internal static readonly IReadOnlyList<string> OwnVariables =
    [
        HandoverVariable, CompleteRestart.Variable, CompleteRestart.TraceVariable,
    ];

    /// <summary>Reads it from the running process.</summary>
    internal static StartCommand Capture()
    {
        string[] words = CommandLine();
        Dictionary<string, string> environment = StartEnvironment.Capture();
        string directory = LogicalWorkingDirectory(environment);
        return new StartCommand(FindProgram(words[0], directory, environment), words, directory, environment);
    }

    /// <summary>
    /// The environment for a program that checks itself: without what was told to this process, or to the service.
    /// </summary>
    internal Dictionary<string, string> AsideEnvironment() =>
        Environment.Where(v => !IsReserved(v.Key)).ToDictionary(StringComparer.Ordinal);

    /// <summary>The environment for a process that takes this one's place without taking over its listeners.</summary>
    internal Dictionary<string, string> ReplacingEnvironment() =>
        Environment.Where(v => !IsOwn(v.Key) && !SystemdVariable.IsAboutListeners(v.Key)).ToDictionary(StringComparer.Ordinal);

    internal StartCommand With(string variable, string value) =>
        this with { Environment = new Dictionary<string, string>(Environment, StringComparer.Ordinal) { [variable] = value } };

    internal StartCommand Without(string variable) =>
        this with { Environment = Environment.Where(v => v.Key != variable).ToDictionary(StringComparer.Ordinal) };

    /// <summary>
    /// The file that was started: the first word of the command line, looked up as the shell did. A first word that leads to
    /// another program (<c>exec -a name</c>) says nothing; then it is the file that the kernel runs.
    /// </summary>
    internal static string FindProgram(string word, string directory, string? runs, string? searchPath)
    {
        IEnumerable<string> candidates = word.Contains('/')
            ? [Path.Combine(directory, word)]
            : (searchPath ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(d => Path.Combine(directory, d, word));
        return candidates.FirstOrDefault(c => runs is not null && Libc.RealPath(c) == runs) ?? runs ?? word;
    }

    /// <summary>Whether a hook has no say in it: Baton tells it to successors, or passes it on from systemd.</summary>
    internal static bool IsReserved(string variable) => IsOwn(variable) || IsOfTheService(variable);

    /// <summary>Whether it is passed on from one generation to the next, whatever hooks do.</summary>
    internal static bool IsOfTheService(string variable) =>
        variable == TerminalSession.Variable || SystemdVariable.IsAboutTheService(variable);

    private static bool IsOwn(string variable) => OwnVariables.Contains(variable);

    private static string FindProgram(string word, string directory, Dictionary<string, string> environment) =>
        Platform.HandoverSupported
            ? FindProgram(word, directory, Libc.RealPath("/proc/self/exe"), environment.GetValueOrDefault("PATH"))
            : System.Environment.ProcessPath ?? word;

    /// <summary>
    /// The command line where the system keeps none: <c>Environment.GetCommandLineArgs()</c> begins with the assembly, whichever
    /// program was started, and lacks what was meant for the dotnet host.
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

    // $PWD keeps the link through which the directory was entered; getcwd(2) does not. It counts only while it names the same
    // place.
    private static string LogicalWorkingDirectory(Dictionary<string, string> environment)
    {
        string physical = (Platform.HandoverSupported ? Libc.RealPath("/proc/self/cwd") : null)
            ?? System.Environment.CurrentDirectory;
        string? logical = environment.GetValueOrDefault("PWD");
        return Platform.HandoverSupported && logical is ['/', ..] && Libc.RealPath(logical) == physical ? logical : physical;
    }
}

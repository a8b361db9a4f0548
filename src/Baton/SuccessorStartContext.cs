using Baton.Processes;

namespace Baton;

/// <summary>How a successor is about to be started. Arguments and environment may be changed.</summary>
public sealed class SuccessorStartContext
{
    private readonly StartCommand _command;

    internal SuccessorStartContext(StartCommand command, int generation, RestartTrigger trigger)
    {
        (_command, Generation, Trigger) = (command, generation, trigger);
        Arguments = [.. command.Arguments.Skip(1)];
        Environment = new Dictionary<string, string>(command.AsideEnvironment(), StringComparer.Ordinal);
    }

    /// <summary>The program, an absolute path. To start another one, ask for it at the restart.</summary>
    public string Program => _command.Program;

    /// <summary>The successor's generation.</summary>
    public int Generation { get; }

    /// <summary>Who asked for the restart.</summary>
    public RestartTrigger Trigger { get; }

    /// <summary>
    /// The arguments, without the name of the program. For <c>dotnet App.dll</c> the assembly is the first of them.
    /// </summary>
    public IList<string> Arguments { get; }

    /// <summary>
    /// The environment. What Baton tells a successor, and what systemd has told the service (NOTIFY_SOCKET and the like), is not
    /// in it: the successor gets that all the same. It is dropped if it is put there.
    /// </summary>
    public IDictionary<string, string> Environment { get; }

    /// <summary>The command with the changes.</summary>
    /// <exception cref="InvalidOperationException">An argument or a variable can't be passed to a process.</exception>
    internal StartCommand Apply(Action<string> dropped)
    {
        string? bad = Arguments.FirstOrDefault(a => a?.Contains('\0') != false) is { } argument ? $"the argument \"{argument}\""
            : Arguments.Contains(null!) ? "an argument that is null"
            : null;
        bad ??= Environment.Where(v => !IsPossible(v.Key, v.Value)).Select(v => $"the variable \"{v.Key}\"").FirstOrDefault();
        if (bad is not null)
        {
            throw new InvalidOperationException($"A hook gives the successor {bad}, which can't be passed to a process.");
        }

        var environment = new Dictionary<string, string>(Environment, StringComparer.Ordinal);
        foreach (string reserved in environment.Keys.Where(StartCommand.IsReserved).ToArray())
        {
            environment.Remove(reserved);
            dropped(reserved);
        }

        // Hooks do not see what the service manager has told the service; the successor needs it all the same.
        foreach ((string name, string value) in _command.Environment.Where(v => StartCommand.IsOfTheService(v.Key)))
        {
            environment[name] = value;
        }

        return _command with { Arguments = [_command.Arguments[0], .. Arguments], Environment = environment };
    }

    private static bool IsPossible(string name, string? value) =>
        name.Length > 0 && !name.Contains('=') && !name.Contains('\0') && value?.Contains('\0') == false;
}

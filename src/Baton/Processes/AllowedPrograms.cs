namespace Baton.Processes;

/// <summary>
/// Decides what is started when a restart names a program. What can be named is the program of this process and what lies in an
/// allowed directory, both after every link is followed. Keeps no state: links and directories count as they are at the moment.
/// </summary>
/// <remarks>
/// <list type="table"> <listheader><term>This process, and what is asked</term><description>What is
/// started</description></listheader>
/// <item><term><c>App a b</c>, nothing</term><description><c>App a b</c>: the command as it is</description></item>
/// <item><term><c>App a b</c>, <c>/srv/2/App</c></term><description><c>/srv/2/App a b</c></description></item>
/// <item><term><c>App a b</c>, <c>/srv/2/App.dll</c></term><description>refused: which host should run it is not
/// known</description></item>
/// <item><term><c>dotnet exec --x y App.dll a b</c>, <c>/srv/2/App.dll</c></term><description><c>dotnet exec --x y /srv/2/App.dll
/// a b</c></description></item>
/// <item><term><c>dotnet exec --x y App.dll a b</c>, <c>/srv/2/App</c></term><description><c>/srv/2/App a
/// b</c></description></item>
/// </list>
/// <para>
/// Executed is the resolved path, so that a link that is switched after the check changes nothing. The first word stays the path
/// as asked, from which the successor learns how to restart itself
/// (<see cref="StartCommand.FindProgram(string, string, string?, string?)"/>): it follows <c>current</c> to later releases. It
/// does so unasked and unchecked, hence only where the operator has a say over the link: the path lies in an allowed directory,
/// or it is the one this process was started by. An assembly has no second name: it is given resolved.
/// </para>
/// <para>
/// A file or directory that everybody may write is refused, from the allowed directory down. What the owner or the group may
/// write is theirs to answer for, and so is what lies above the allowed directory.
/// </para>
/// </remarks>
internal sealed class AllowedPrograms(StartCommand own, IEnumerable<string> directories)
{
    private static readonly StringComparison PathComparison = OperatingSystem.IsWindows()
        ? StringComparison.OrdinalIgnoreCase
        : StringComparison.Ordinal;

    private readonly string[] _directories = [.. directories];

    /// <summary>The command to start.</summary>
    /// <param name="program">An absolute path; null for the program of this process.</param>
    /// <exception cref="RestartException">Refused; the message says by which rule.</exception>
    internal StartCommand Choose(string? program)
    {
        if (program is null)
        {
            return own;
        }

        ThrowIf(FormProblem(program), program);
        string resolved = LinkResolution.Resolve(program)
            ?? throw Refused("there is no such file, or it can't be seen by this user", program);
        string[] resolvedDirectories = [.. _directories.Select(LinkResolution.Resolve).OfType<string>()];
        string application = DotnetHost.Application(own);
        if (Containing(resolved, resolvedDirectories) is not { } directory)
        {
            return LinkResolution.Resolve(application) == resolved
                ? own
                : throw Refused("it is in none of the allowed directories", program, resolved);
        }

        ThrowIf(ProgramFile.Problem(resolved) ?? ProgramFile.OpenToAll(resolved, directory), program, resolved);
        if (Containing(program, [.. _directories, .. resolvedDirectories]) is not { } named)
        {
            return Command(program, resolved, program == application ? program : resolved);
        }

        // Who may write the directories of the path as it was asked can switch the link that the successor follows.
        ThrowIf(ProgramFile.OpenToAll(program, named), program, resolved);
        return Command(program, resolved, program);
    }

    private StartCommand Command(string program, string resolved, string name) =>
        (DotnetHost.AssemblyIndex(own), DotnetHost.IsAssembly(resolved)) switch
    {
        (null, true) => throw Refused(
            "it is an assembly, and this process was not started by the dotnet host: name the executable beside it",
            program,
            resolved),
        (null, false) => own with { Program = resolved, Arguments = [name, .. own.Arguments.Skip(1)] },
        ({ } i, false) => own with { Program = resolved, Arguments = [name, .. own.Arguments.Skip(i + 1)] },
        ({ }, true) when program == DotnetHost.Application(own) => own,
        ({ } i, true) => own with { Arguments = [.. own.Arguments.Take(i), resolved, .. own.Arguments.Skip(i + 1)] },
    };

    private static string? FormProblem(string program) => program switch
    {
        _ when program.Any(char.IsControl) => "it contains control characters",
        _ when !Path.IsPathFullyQualified(program) => "it is not an absolute path",
        _ when program.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Contains("..") => "it contains \"..\"",
        _ => null,
    };

    // The innermost: what lies between two allowed directories was allowed with the inner one.
    private static string? Containing(string path, string[] directories) =>
        directories.Select(Path.TrimEndingDirectorySeparator).Where(d => IsIn(path, d)).MaxBy(d => d.Length);

    // By segments: /srv/app2 is not in /srv/app.
    private static bool IsIn(string path, string directory) =>
        path.StartsWith(
            Path.EndsInDirectorySeparator(directory) ? directory : directory + Path.DirectorySeparatorChar, PathComparison);

    private void ThrowIf(string? problem, string program, string? resolved = null)
    {
        if (problem is not null)
        {
            throw Refused(problem, program, resolved);
        }
    }

    private RestartException Refused(string problem, string program, string? resolved = null)
    {
        string which = resolved is null || resolved == program ? "" : $", which is {Printable.Line(resolved)},";
        string others = _directories.Length == 0 ? "" : $", and what is in {string.Join(", ", _directories)}";
        return new RestartException(
            RestartFailure.ProgramRefused,
            $"The program {Printable.Line(program)}{which} was refused: {problem}. Allowed is the program of this process, " +
                $"{DotnetHost.Application(own)}{others}.");
    }
}

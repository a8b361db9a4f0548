namespace Baton.Processes;

/// <summary>Commands of the form <c>dotnet [exec] [--option value]... App.dll arguments</c>.</summary>
internal static class DotnetHost
{
    /// <summary>The index of the assembly that the host runs; null if the program is not the host.</summary>
    internal static int? AssemblyIndex(StartCommand command)
    {
        string host = Path.GetFileName(LinkResolution.Resolve(command.Program) ?? command.Program);
        return host is "dotnet" or "dotnet.exe" ? AssemblyIndex(command.Arguments) : null;
    }

    /// <summary>The application's file: the assembly that a host runs, or else the program.</summary>
    internal static string Application(StartCommand command) =>
        AssemblyIndex(command) is { } i ? Path.Combine(command.WorkingDirectory, command.Arguments[i]) : command.Program;

    internal static bool IsAssembly(string path) => Path.GetExtension(path).Equals(".dll", StringComparison.OrdinalIgnoreCase);

    // Each option of the host takes a value. Other words here (run, test, tool names) start another process.
    private static int? AssemblyIndex(IReadOnlyList<string> words)
    {
        int i = words.Count > 1 && words[1] == "exec" ? 2 : 1;
        while (i < words.Count && words[i].StartsWith("--", StringComparison.Ordinal))
        {
            i += 2;
        }

        return i < words.Count && IsAssembly(words[i]) ? i : null;
    }
}

namespace Baton.Cli.CommandLine;

/// <summary>
/// The caller's name for the log of the service; empty if it is not known. The service adds uid and pid itself.
/// </summary>
internal static class Caller
{
    internal static string Describe(CliEnvironment environment)
    {
        string? user = environment.Variable("USER") ?? environment.Variable("LOGNAME");
        string? before = environment.Variable("SUDO_USER");
        return string.IsNullOrEmpty(user) ? "" : string.IsNullOrEmpty(before) || before == user ? user : $"{before} as {user}";
    }
}

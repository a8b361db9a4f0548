namespace Baton.Cli.CommandLine;

/// <summary>How the caller is called in the log of the service, which adds uid and pid by itself; empty if nobody says who it is.</summary>
internal static class Caller
{
    internal static string Describe(Surroundings around)
    {
        string? user = around.Variable("USER") ?? around.Variable("LOGNAME");
        string? before = around.Variable("SUDO_USER");
        return string.IsNullOrEmpty(user) ? "" : string.IsNullOrEmpty(before) || before == user ? user : $"{before} as {user}";
    }
}

using System.Globalization;

namespace Baton.Systemd;

/// <summary>
/// What a service tells <c>baton run</c> beside what it would tell systemd: lines of sd_notify(3) with a name of ours.
/// </summary>
internal static class RunReport
{
    internal const string Name = "X_BATON";

    /// <summary>This process has Baton, and its handlers for signals are there.</summary>
    internal const string Hello = Name + "=hello";

    /// <summary>The process in charge has died, the sender finishes its work, and nobody will serve.</summary>
    internal const string NobodyServes = Name + "=nobody-serves";

    /// <summary>A successor was started, and may take over.</summary>
    internal static string Successor(int pid, int generation) =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}=successor {pid} {generation}");

    /// <summary>Reads the words behind <c>successor</c>.</summary>
    internal static (int Pid, int Generation)? ReadSuccessor(string value) =>
        value.Split(' ') is ["successor", var pid, var generation] && Number(pid) is { } p && Number(generation) is { } g
            ? (p, g)
            : null;

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;
}

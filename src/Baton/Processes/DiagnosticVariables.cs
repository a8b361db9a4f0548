using Microsoft.Extensions.Logging;

namespace Baton.Processes;

/// <summary>
/// Variables of diagnostic tools that would harm a successor: they suspend it until a tool resumes it that does not know it, or
/// make two processes write one file. All others are passed on: profilers, startup hooks, dumps. docs/troubleshooting.md lists
/// them.
/// </summary>
internal static class DiagnosticVariables
{
    private const string DefaultTrace = "trace.nettrace";
    private const string Pid = "{pid}";

    // The runtime reads both prefixes.
    private static readonly string[] Prefixes = ["DOTNET_", "COMPlus_"];

    /// <summary>The start command of a successor without the harmful variables. Each removal is logged.</summary>
    internal static StartCommand ForSuccessors(StartCommand command, ILogger logger)
    {
        foreach (string prefix in Prefixes)
        {
            command = Change(
                command,
                $"{prefix}DiagnosticPorts",
                WithoutSuspension,
                "it would wait for a tool that does not know of it, or take away the port that this process listens on",
                logger);
            command = Change(
                command,
                $"{prefix}DefaultDiagnosticPortSuspend",
                value => IsOff(value) ? value : null,
                "it would wait for a tool that does not know of it",
                logger);
            command = Change(command, $"{prefix}StressLogFilename", _ => null, "this process writes that file", logger);
            if (command.Environment.TryGetValue($"{prefix}EnableEventPipe", out string? enabled) && !IsOff(enabled))
            {
                string path = $"{prefix}EventPipeOutputPath";
                command = Change(
                    command.Environment.ContainsKey(path) ? command : command.With(path, DefaultTrace),
                    path,
                    WithPid,
                    "this process writes that file",
                    logger);
            }
        }

        return command;
    }

    private static StartCommand Change(
        StartCommand command, string variable, Func<string, string?> change, string reason, ILogger logger)
    {
        if (!command.Environment.TryGetValue(variable, out string? value) || change(value) is var changed && changed == value)
        {
            return command;
        }

        logger.DiagnosticVariableChanged(variable, value, changed is null ? "not at all" : $"as {changed}", reason);
        return changed is null ? command.Without(variable) : command.With(variable, changed);
    }

    // Such as "/tmp/a,connect,suspend;/tmp/b,listen". A port that connects suspends unless told otherwise. Two processes cannot
    // listen on one path.
    private static string? WithoutSuspension(string value)
    {
        string[] ports =
        [
            .. from port in value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
               let words = port.Split(',', StringSplitOptions.TrimEntries)
               where !words.Contains("listen", StringComparer.OrdinalIgnoreCase)
               select string.Join(',', words.Where(w => w.Length > 0 && !IsSuspension(w)).Append("nosuspend")),
        ];
        return ports.Length == 0 ? null : string.Join(';', ports);
    }

    private static bool IsSuspension(string word) =>
        word.Equals("suspend", StringComparison.OrdinalIgnoreCase)
            || word.Equals("nosuspend", StringComparison.OrdinalIgnoreCase);

    private static string WithPid(string path) => path.Contains(Pid, StringComparison.Ordinal) ? path
        : Path.ChangeExtension(path, Pid + Path.GetExtension(path));

    // A hexadecimal number.
    private static bool IsOff(string value) => value.Trim().TrimStart('0') is "" or "x" or "X";
}

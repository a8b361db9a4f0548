using System.Text;

namespace Baton.Telemetry;

/// <summary>Values of attributes: a small set, in lower case.</summary>
internal static class TelemetryNames
{
    internal const string Other = "other";
    internal const string Start = "start";
    internal const string Starting = "starting";
    internal const string Ready = "ready";
    internal const string Probation = "probation";

    // An application may report any phase. A series for each would be expensive to store.
    internal static readonly IReadOnlyList<string> KnownPhases =
        [
            Start, "hooks", "check", "spawn", Starting, "hosted services", "health", "callbacks", "warm-up", "servers", Ready,
            "drain", "commit", Probation,
        ];

    internal static string Phase(string name) => KnownPhases.Contains(name) ? name : Other;

    internal static string Of(ProcessState state) => Snake(state.ToString());

    internal static string Of(RestartFailure failure) => Snake(failure.ToString());

    internal static string Outcome(RestartFailure? failure, bool rolledBack) =>
        failure is null ? "succeeded" : rolledBack ? "rolled_back" : "failed";

    private static string Snake(string pascal)
    {
        var snake = new StringBuilder(pascal.Length + 4);
        foreach (char c in pascal)
        {
            _ = char.IsAsciiLetterUpper(c) && snake.Length > 0 ? snake.Append('_') : snake;
            snake.Append(char.ToLowerInvariant(c));
        }

        return snake.ToString();
    }
}

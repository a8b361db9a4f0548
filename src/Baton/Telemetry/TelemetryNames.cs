using System.Text;

namespace Baton.Telemetry;

/// <summary>Values of attributes: a small set, in lower case.</summary>
internal static class TelemetryNames
{
    internal const string Other = "other";

    // An application may report any phase. A series for each would be expensive to store.
    internal static string Phase(RestartPhase phase) => phase.Kind == RestartPhaseKind.Other ? Other : phase.Name;

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

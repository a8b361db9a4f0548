namespace Baton;

/// <summary>Parts of a status as text.</summary>
internal static class StatusText
{
    internal static string OrDash(string text) => text.Length == 0 ? "-" : text;

    internal static string Uptime(DateTimeOffset? startedAt, DateTimeOffset now) =>
        startedAt is { } from ? Wording.Of(now - from) : "-";

    /// <summary><c>3 http/1.1, 1 h2</c>.</summary>
    internal static string Connections(GenerationStatus generation)
    {
        string[] kinds = [.. generation.Connections.Where(c => c.Value > 0).Select(c => Wording.Say($"{c.Value} {c.Key}"))];
        return kinds.Length == 0 ? "0" : string.Join(", ", kinds);
    }

    internal static bool HasOpenWork(GenerationStatus generation) =>
        generation.RequestCount > 0 || generation.Connections.Values.Any(count => count > 0);

    /// <summary>Whether the process only finishes its open work.</summary>
    internal static bool IsLeaving(ProcessState state) =>
        state is ProcessState.HandedOver or ProcessState.Draining or ProcessState.ShuttingDown;
}

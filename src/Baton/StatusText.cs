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

    /// <summary>
    /// <c>3 websocket of 10 told, 7 closed</c>: what a leaving process has done about what lives long; empty if there was
    /// nothing.
    /// </summary>
    internal static string LongLived(GenerationStatus generation) => string.Join("; ", generation.LongLived
        .Where(k => k.Value.Told > 0)
        .OrderBy(k => k.Key, StringComparer.Ordinal)
        .Select(k => Wording.Say($"{k.Value.Open} {k.Key} of {k.Value.Told} told, {k.Value.Closed} closed{Cut(k.Value)}")));

    internal static bool HasOpenWork(GenerationStatus generation) =>
        generation.RequestCount > 0 || generation.Connections.Values.Any(count => count > 0);

    private static string Cut(LongLivedCount count) => count.Cut > 0 ? Wording.Say($", {count.Cut} cut") : "";

    /// <summary>Whether the process only finishes its open work.</summary>
    internal static bool IsLeaving(ProcessState state) =>
        state is ProcessState.HandedOver or ProcessState.Draining or ProcessState.ShuttingDown;
}

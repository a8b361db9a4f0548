namespace RestartLoad.Restarts;

/// <summary>One restart. Times are milliseconds from its trigger; null: it did not come to that.</summary>
internal sealed record RestartReport(
    int Number,
    double AtSeconds,
    int Predecessor,
    int? Successor,
    double? FirstAnswerMilliseconds,
    double? PredecessorGoneMilliseconds,
    string? Error);

/// <summary>
/// What the serving process, and the service as a whole, holds after a restart; flat over many restarts means no leak.
/// </summary>
internal sealed record GenerationSnapshot(int Restart, double AtSeconds, int Pid, int Fds, long RssBytes, int Zombies);

namespace RestartLoad.Measuring;

/// <summary>
/// The death of a process that served. What it had accepted nobody can answer, and a client without an answer can't know who had accepted its request; so a
/// request counts as lost with that process if it was under way when the process was seen dead, failed around that moment, and by the end of its connection.
/// </summary>
internal sealed record Death(int Pid, double AtSeconds)
{
    /// <summary>How far from the death such a failure may be noticed, in seconds.</summary>
    public const double Tolerance = 0.3;

    private static readonly string[] ByTheEndOfTheConnection =
        [nameof(Outcome.Reset), nameof(Outcome.ClosedWithoutAnswer), nameof(Outcome.Truncated), nameof(Outcome.CutStream)];

    // The kernel closes a process's connections before it can be seen dead: a request that was sent later was never on one of them.
    public bool Took(FailureSample failure) =>
        Math.Abs(failure.AtSeconds - AtSeconds) <= Tolerance
        && failure.AtSeconds - (failure.AgeMilliseconds / 1000) <= AtSeconds
        && (failure.Pid ?? Pid) == Pid
        && ByTheEndOfTheConnection.Contains(failure.Outcome);
}

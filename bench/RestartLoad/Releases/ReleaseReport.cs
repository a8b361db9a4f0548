using RestartLoad.Measuring;

namespace RestartLoad.Releases;

/// <summary>One release, and what the restart into it came to. Times are milliseconds from its trigger; null: it did not come to that.</summary>
/// <param name="Name">The release.</param>
/// <param name="Expected">One of <see cref="ReleaseOutcomes"/>.</param>
/// <param name="Outcome">What was observed, in the same words, or <c>unknown</c>.</param>
/// <param name="AtSeconds">When the restart was asked.</param>
/// <param name="Predecessor">The process that was asked.</param>
internal sealed record ReleaseReport(string Name, string Expected, string Outcome, double AtSeconds, int Predecessor)
{
    public int? Successor { get; init; }

    /// <summary>Until the service's log told how it ends.</summary>
    public double? KnownMilliseconds { get; init; }

    /// <summary>Until the first answer by the successor.</summary>
    public double? FirstAnswerMilliseconds { get; init; }

    /// <summary>When the successor was seen to have ended; only if it did not come to serve for good.</summary>
    public double? DiedMilliseconds { get; init; }

    /// <summary>From then until the first answer by the predecessor.</summary>
    public double? AnsweredAgainMilliseconds { get; init; }

    /// <summary>The process that answered when everything was over.</summary>
    public int? Serving { get; init; }

    /// <summary>The lines of the service's log that decided.</summary>
    public IReadOnlyList<string> Said { get; init; } = [];

    /// <summary>Why the run fails; null: as expected.</summary>
    public string? Error { get; init; }

    /// <summary>All requests made until this restart was asked.</summary>
    public long RequestsBefore { get; init; }

    /// <summary>From this restart's trigger to the next one's, or to the end of the run.</summary>
    public RequestAccount Requests { get; init; } = new(0, 0, 0, 0);

    /// <summary>The death after which requests may be missing; null: none may.</summary>
    public Death? FindDeath() => Outcome == ReleaseOutcomes.WordOf(ReleaseOutcome.RollsBack) && DiedMilliseconds is { } died && Successor is { } pid
        ? new Death(pid, AtSeconds + (died / 1000))
        : null;
}

/// <summary>What became of some requests.</summary>
/// <param name="Made">All of them.</param>
/// <param name="Refused">Those whose connection was refused; they are also among the failed.</param>
/// <param name="Failed">Without the lost ones.</param>
/// <param name="Lost">Those that a process had accepted that died, see <see cref="Death"/>.</param>
internal sealed record RequestAccount(long Made, long Refused, long Failed, long Lost);

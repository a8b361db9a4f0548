using RestartLoad.Measuring;

namespace RestartLoad.Releases;

/// <summary>Tells, when the run is over, which failures belong to which release, and which of them no service could have prevented.</summary>
internal sealed class ReleaseAccounts
{
    private readonly HashSet<FailureSample> _lost;

    /// <param name="releases">In the order of their restarts.</param>
    /// <param name="failures">As many as are known one by one; the rest counts as failed.</param>
    /// <param name="requests">All that were made.</param>
    public ReleaseAccounts(IReadOnlyList<ReleaseReport> releases, IReadOnlyList<FailureSample> failures, long requests)
    {
        Death[] deaths = [.. releases.Select(release => release.FindDeath()).OfType<Death>()];
        _lost = new(failures.Where(failure => deaths.Any(death => death.Took(failure))), ReferenceEqualityComparer.Instance);
        Releases = [.. releases.Select((release, i) => release with
        {
            Requests = Account(release, i + 1 < releases.Count ? releases[i + 1] : null, failures, requests),
        })];
        Failures = [.. failures.Where(failure => !_lost.Contains(failure))];
    }

    public IReadOnlyList<ReleaseReport> Releases { get; }

    /// <summary>Those that fail the run.</summary>
    public IReadOnlyList<FailureSample> Failures { get; }

    public long Lost => _lost.Count;

    public long Refused => Failures.Count(IsRefused);

    /// <summary>The same mode with its lost requests apart from its failures.</summary>
    public ModeReport Settle(ModeReport mode)
    {
        SortedDictionary<string, long> failures = new(mode.Failures);
        FailureSample[] lost = [.. _lost.Where(failure => failure.Mode == mode.Name)];
        foreach (FailureSample failure in lost)
        {
            if (--failures[failure.Outcome] == 0)
            {
                failures.Remove(failure.Outcome);
            }
        }

        return mode with { Failures = failures, Lost = lost.Length };
    }

    private RequestAccount Account(ReleaseReport release, ReleaseReport? next, IReadOnlyList<FailureSample> failures, long requests)
    {
        double end = next?.AtSeconds ?? double.MaxValue;
        FailureSample[] own = [.. failures.Where(failure => failure.AtSeconds >= release.AtSeconds && failure.AtSeconds < end)];
        long lost = own.Count(_lost.Contains);
        return new RequestAccount((next?.RequestsBefore ?? requests) - release.RequestsBefore, own.Count(IsRefused), own.Length - lost, lost);
    }

    private static bool IsRefused(FailureSample failure) => failure.Outcome == nameof(Outcome.Refused);
}

namespace Baton.Judging;

/// <summary>How many requests had something wrong with them, compared with before.</summary>
internal sealed class Comparison
{
    // The natural logarithm of about 160,000.
    private const double LeastGain = 12;

    private readonly List<(long Hits, double Expected, long Requests)> _parts = [];

    /// <summary>Of the successor.</summary>
    internal long Requests { get; private set; }

    /// <summary>Of these, those with something wrong.</summary>
    internal long Hits { get; private set; }

    /// <summary>How many that would have been before.</summary>
    internal double Expected { get; private set; }

    internal double Share => Requests == 0 ? 0 : (double)Hits / Requests;

    internal double ExpectedShare => Requests == 0 ? 0 : Expected / Requests;

    /// <summary>By how much the share has risen.</summary>
    internal double Increase => Share - ExpectedShare;

    /// <summary>One part of the probation ends.</summary>
    internal void Add(long requests, long hits, double expected)
    {
        (Requests, Hits, Expected) = (Requests + requests, Hits + hits, Expected + expected);
        if (requests > 0)
        {
            _parts.Add((hits, expected, requests));
        }
    }

    /// <summary>How many parts had requests.</summary>
    internal int Parts => _parts.Count;

    /// <summary>In how many parts more requests had it than before, and more than the given share.</summary>
    internal int PartsAbove(double share) => _parts.Count(p => p.Hits > p.Expected && p.Hits > share * p.Requests);

    /// <summary>
    /// Whether the share has risen by more than what is allowed, and not by accident, also without the worst parts: these may be
    /// an outage or a stall that has nothing to do with the release. An accident is a rise that is likely where both processes
    /// have one share, given how many requests both had.
    /// </summary>
    /// <param name="allowed">The allowed rise.</param>
    /// <param name="before">How many requests there were before.</param>
    /// <param name="worst">How many of the worst parts are left out.</param>
    internal bool HasRisen(double allowed, long before, int worst)
    {
        var steady = new Comparison();
        foreach ((long hits, double expected, long requests) in _parts.OrderByDescending(p => p.Hits - p.Expected).Skip(worst))
        {
            steady.Add(requests, hits, expected);
        }

        return Increase > allowed && steady.Increase > allowed && steady.IsNoAccident(before);
    }

    private bool IsNoAccident(long before)
    {
        double hitsBefore = ExpectedShare * before;
        double together = (Hits + hitsBefore) / (Requests + before);
        return Gain(Hits, Requests, together) + Gain(hitsBefore, before, together) >= LeastGain;
    }

    private static double Gain(double hits, double all, double share) =>
        Term(hits, all * share) + Term(all - hits, all * (1 - share));

    private static double Term(double seen, double expected) =>
        seen <= 0 || expected <= 0 ? 0 : seen * Math.Log(seen / expected);
}

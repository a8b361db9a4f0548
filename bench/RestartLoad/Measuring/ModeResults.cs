namespace RestartLoad.Measuring;

/// <summary>
/// The counts and latencies of one mode. Latencies are those of successful requests: a failure is a failure however fast it came.
/// </summary>
internal sealed class ModeResults(string name)
{
    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[Enum.GetValues<Outcome>().Length];
    private readonly LatencyHistogram _inside = new();
    private readonly LatencyHistogram _outside = new();

    public void AddOk(TimeSpan latency, bool insideRestart)
    {
        lock (_gate)
        {
            _counts[(int)Outcome.Ok]++;
            (insideRestart ? _inside : _outside).Add(latency);
        }
    }

    public void AddFailure(Outcome outcome)
    {
        lock (_gate)
        {
            _counts[(int)outcome]++;
        }
    }

    public (long Requests, long Failed) Totals()
    {
        lock (_gate)
        {
            long requests = _counts.Sum();
            return (requests, requests - _counts[(int)Outcome.Ok]);
        }
    }

    public ModeReport Report()
    {
        lock (_gate)
        {
            SortedDictionary<string, long> failures = [];
            foreach (Outcome outcome in Enum.GetValues<Outcome>())
            {
                if (outcome != Outcome.Ok && _counts[(int)outcome] > 0)
                {
                    failures.Add(outcome.ToString(), _counts[(int)outcome]);
                }
            }

            return new ModeReport(
                name, _counts.Sum(), _counts[(int)Outcome.Ok], failures, _inside.Summarize(), _outside.Summarize());
        }
    }
}

/// <summary>
/// One mode's line of the report. <paramref name="InsideRestarts"/> are the requests whose time overlapped a restart window.
/// </summary>
internal sealed record ModeReport(
    string Name,
    long Requests,
    long Ok,
    SortedDictionary<string, long> Failures,
    LatencySummary InsideRestarts,
    LatencySummary OutsideRestarts)
{
    /// <summary>Neither answered nor failed: accepted by a release that died, see <see cref="Death"/>.</summary>
    public long Lost { get; init; }
}

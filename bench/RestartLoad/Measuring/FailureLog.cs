namespace RestartLoad.Measuring;

/// <summary>One failed request. <paramref name="Restart"/> is the number of the restart it fell into, if any.</summary>
internal sealed record FailureSample(
    string Mode, string Outcome, string Detail, double AtSeconds, double AgeMilliseconds, int? Pid, int? Restart);

/// <summary>Keeps the failures with all that is known about them; what exceeds its limit is only counted, elsewhere.</summary>
internal sealed class FailureLog
{
    private const int Kept = 10_000;

    private readonly Lock _gate = new();
    private readonly List<FailureSample> _samples = [];

    public void Add(FailureSample sample)
    {
        lock (_gate)
        {
            if (_samples.Count < Kept)
            {
                _samples.Add(sample);
            }
        }
    }

    public IReadOnlyList<FailureSample> Snapshot()
    {
        lock (_gate)
        {
            return [.. _samples];
        }
    }
}

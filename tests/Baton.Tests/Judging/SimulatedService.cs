using Baton.Judging;

namespace Baton.Tests.Judging;

/// <summary>
/// A service whose clients get what clients of real ones get: paths of different weight, latencies with long tails, seconds in which all is slow, failures, and moments in which something that it
/// needs is away. Everything follows from the seed.
/// </summary>
internal sealed class SimulatedService
{
    private const double WarmUpSeconds = 3;

    private readonly Random _random;
    private readonly Path[] _paths;
    private readonly int _rate;
    private readonly double _stallChance;
    private readonly double _stallFactor;
    private readonly int _outages;

    internal SimulatedService(int seed)
    {
        _random = new Random(seed);
        _rate = _random.Next(15, 200);
        _stallChance = _random.NextDouble() * 0.1;
        _stallFactor = 3 + (27 * _random.NextDouble());
        _outages = _random.Next(0, 3);
        _paths =
        [
            .. Enumerable.Range(0, _random.Next(1, 9)).Select(i => new Path(
                $"GET /{i}", 0.05 + _random.NextDouble(), 0.001 * Math.Exp(5 * _random.NextDouble()), 0.2 + _random.NextDouble(), _random.Next(3) == 0 ? 0.08 * _random.NextDouble() : 0.001)),
        ];
    }

    internal TrafficBaseline Before()
    {
        int[] outages = [.. Enumerable.Range(0, _outages).Select(_ => _random.Next(90))];
        TrafficFigures[] seconds = [.. Enumerable.Range(0, 90).Select(s => Second(_paths, 1, outages.Contains(s), Fault.None, IsStalled()))];
        return new TrafficBaseline([.. seconds.Chunk(10).Select(TrafficFigures.Sum)], Traffic.Rules);
    }

    /// <summary>Ten seconds of a new release; its paths are asked in another mix.</summary>
    internal TrafficPart[] Probation(Fault fault)
    {
        Path[] paths = [.. _paths.Select(p => p with { Weight = p.Weight * (0.3 + (1.4 * _random.NextDouble())) })];
        int[] outages = [.. Enumerable.Range(0, _outages).Select(_ => _random.Next(10))];
        var parts = new List<TrafficPart>();
        for (int s = 0; s < 10; s++)
        {
            double cold = s < WarmUpSeconds ? 1 + ((WarmUpSeconds - s) * 6 * _random.NextDouble()) : 1;
            parts.Add(new TrafficPart(Second(paths, cold, outages.Contains(s), fault, IsStalled()), s >= WarmUpSeconds));
        }

        return [.. parts];
    }

    private bool IsStalled() => _random.NextDouble() < _stallChance;

    private TrafficFigures Second(Path[] paths, double slower, bool isOut, Fault fault, bool isStalled)
    {
        double weights = paths.Sum(p => p.Weight);
        return Traffic.Figures([.. paths.Select((p, i) => Requests(p, (int)Math.Ceiling(_rate * p.Weight / weights), slower, isOut && i == 0, i == paths.Length - 1 ? fault : Fault.None, isStalled))]);
    }

    private EndpointTraffic Requests(Path path, int requests, double slower, bool isOut, Fault fault, bool isStalled)
    {
        long[] latencies = new long[LatencyScale.Buckets];
        int failures = 0;
        double failing = isOut ? 1 : fault == Fault.FailsAFifth ? path.Failing + 0.2 : path.Failing;
        for (int i = 0; i < requests; i++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
            double seconds = path.Median * Math.Exp(path.Spread * normal) * slower;
            seconds *= isStalled && _random.Next(4) == 0 ? _stallFactor : 1;
            seconds = fault == Fault.IsSlow ? 0.05 + (8 * seconds) : seconds;
            latencies[LatencyScale.BucketOf(TimeSpan.FromSeconds(seconds))]++;
            failures += _random.NextDouble() < failing ? 1 : 0;
        }

        return new() { Endpoint = path.Name, Requests = requests, Failures = failures, Latencies = latencies };
    }

    private sealed record Path(string Name, double Weight, double Median, double Spread, double Failing);
}

/// <summary>What is wrong with a release.</summary>
internal enum Fault
{
    None,

    /// <summary>A fifth of the requests of its last path fail.</summary>
    FailsAFifth,

    /// <summary>Its last path is slow.</summary>
    IsSlow,
}

using System.Net;
using Baton.Bench.Results;

namespace Baton.Bench.WarmUps;

/// <summary>What clients of a new successor gain by the warm-up. A pair is a service with it and one without.</summary>
internal sealed class WarmUpBenchmark : IBenchmark
{
    private const int DefaultPairs = 7;
    private const string Without = "without warm-up";

    public string Name => "warmup";

    public string Description => "First request of a successor against its later ones, and latencies while it takes over under load, with and without warm-up";

    public async Task<IReadOnlyList<Measurement>> RunAsync(BenchSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        List<(RestartedService Warm, RestartedService Cold)> pairs = [];
        for (int i = 0; i < (settings.Pairs ?? DefaultPairs); i++)
        {
            // Who is first alternates too.
            bool warmFirst = i % 2 == 0;
            RestartedService first = await RunAsync(warmFirst, settings, progress, cancellation);
            RestartedService second = await RunAsync(!warmFirst, settings, progress, cancellation);
            pairs.Add(warmFirst ? (first, second) : (second, first));
        }

        return
        [
            Ratio("first request after warm-up", "later requests", pair => (pair.Warm.First, pair.Warm.Steady)),
            Ratio("first request without warm-up", "later requests", pair => (pair.Cold.First, pair.Cold.Steady)),
            Ratio("first request after warm-up", "later requests, each on a new connection", pair => (pair.Warm.First, pair.Warm.SteadyAnew)),
            Ratio("first request after warm-up", Without, pair => (pair.Warm.First, pair.Cold.First)),
            Ratio("restart windows under load: p99", Without, pair => (pair.Warm.Window(0.99), pair.Cold.Window(0.99))),
            Ratio("restart windows under load: p99.9", Without, pair => (pair.Warm.Window(0.999), pair.Cold.Window(0.999))),
            Ratio("restart windows under load: max", Without, pair => (pair.Warm.Window(1), pair.Cold.Window(1))),
        ];

        Measurement Ratio(string metric, string against, Func<(RestartedService Warm, RestartedService Cold), (double Measured, double Baseline)> of)
        {
            PairedSamples samples = new();
            foreach ((double measured, double baseline) in pairs.Select(of))
            {
                samples.Add(measured, baseline);
            }

            return samples.Ratio(metric, "ms", against, target: null);
        }
    }

    private static async Task<RestartedService> RunAsync(bool warmsUp, BenchSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        RestartedService run = await RestartedService.RunAsync(new IPEndPoint(IPAddress.Loopback, settings.Port), warmsUp, cancellation);
        progress.Report($"  {(warmsUp ? "with" : "without")} warm-up: {run}");
        return run;
    }
}

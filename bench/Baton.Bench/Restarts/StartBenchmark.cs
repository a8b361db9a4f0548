using System.Net;
using Baton.Bench.Results;

namespace Baton.Bench.Restarts;

/// <summary>How much longer a client waits for the successor than it would for a new process of the same program.</summary>
internal sealed class StartBenchmark : IBenchmark
{
    private const int DefaultPairs = 15;

    public string Name => "start";

    public string Description => "SIGUSR2 to the successor's first answer, against a cold start of the same program to its first answer";

    public async Task<IReadOnlyList<Measurement>> RunAsync(BenchSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        PairedSamples samples = new();
        for (int i = 0; i < (settings.Pairs ?? DefaultPairs); i++)
        {
            StartAndRestart run = await StartAndRestart.RunAsync([new IPEndPoint(IPAddress.Loopback, settings.Port)], cancellation);
            samples.Add(run.Restart, run.ColdStart);
            progress.Report($"  {run}");
        }

        return [samples.Ratio("signal to the successor's first answer", "ms", "cold start to first answer", Target.AtMost(1.15))];
    }
}

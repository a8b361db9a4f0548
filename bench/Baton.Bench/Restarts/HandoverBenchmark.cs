using System.Globalization;
using Baton.Bench.Results;

namespace Baton.Bench.Restarts;

/// <summary>What listeners cost: a whole handover with few and with many, and the passing of descriptors by itself.</summary>
internal sealed class HandoverBenchmark : IBenchmark
{
    private const int DefaultPairs = 7;
    private const int PassesOfOnePair = 15;
    private static readonly int[] ListenerCounts = [1, 300];

    public string Name => "handover";

    public string Description => "Milliseconds of a handover and of the descriptor passing alone, for 1 and for 300 listeners";

    public async Task<IReadOnlyList<Measurement>> RunAsync(BenchSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        int pairs = settings.Pairs ?? DefaultPairs;
        Dictionary<int, PairedSamples> handovers = ListenerCounts.ToDictionary(count => count, _ => new PairedSamples());
        for (int i = 0; i < pairs; i++)
        {
            foreach ((int count, PairedSamples samples) in handovers)
            {
                StartAndRestart run = await StartAndRestart.RunAsync(ManyAddresses.Of(count, settings.Port), cancellation);
                samples.Add(run.HandedOver, run.ColdStart);
                progress.Report(string.Create(CultureInfo.InvariantCulture, $"  {count} listeners: {run}"));
            }
        }

        return
        [
            .. handovers.Select(of => of.Value.Ratio($"request to handed over, {Listeners(of.Key)}", "ms", "cold start to first answer", target: null)),
            .. ListenerCounts.Select(count => Pass(count, pairs * PassesOfOnePair, settings, cancellation)),
        ];
    }

    private static Measurement Pass(int count, int passes, BenchSettings settings, CancellationToken cancellation)
    {
        using DescriptorPassing passing = new(ManyAddresses.Of(count, settings.Port), ManyAddresses.Of(count, settings.Port + 1));
        PairedSamples samples = new();

        // The first ones compile.
        for (int i = -PassesOfOnePair; i < passes; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            (TimeSpan passed, TimeSpan bound) = (passing.Pass(), passing.BindAnew());
            if (i >= 0)
            {
                samples.Add(passed.TotalMilliseconds, bound.TotalMilliseconds);
            }
        }

        return samples.Ratio($"passing and adopting descriptors, {Listeners(count)}", "ms", "binding them anew", target: null);
    }

    private static string Listeners(int count) => count == 1 ? "1 listener" : string.Create(CultureInfo.InvariantCulture, $"{count} listeners");
}

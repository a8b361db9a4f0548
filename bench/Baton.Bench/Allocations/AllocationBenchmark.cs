using System.Globalization;
using Baton.Bench.Results;
using Baton.Bench.Services;

namespace Baton.Bench.Allocations;

/// <summary>
/// What a request allocates in the sample with Baton, less what it allocates on plain Kestrel. The same comparison with a plain program that
/// allocates one object more shows that one would be seen.
/// </summary>
internal sealed class AllocationBenchmark : IBenchmark
{
    private const int DefaultPairs = 9;

    // The smallest object has 24 bytes: less than one is no object for each request, but what both do by the clock.
    private const double NoObject = 1;

    public string Name => "allocations";

    public string Description => "Bytes that Baton allocates for a request: those of samples/Hello less those of plain Kestrel";

    public async Task<IReadOnlyList<Measurement>> RunAsync(BenchSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        List<Measurement> measurements = [];
        await using (ServicePair pair = await ServicePair.StartAsync(ServicePrograms.Hello, [], settings.Port, cancellation))
        {
            foreach (Scenario scenario in Scenario.All)
            {
                PairedSamples samples = await CompareAsync(pair, scenario, settings, progress, cancellation);
                measurements.Add(samples.Difference($"allocations of a request, {scenario.Name}", "B", "plain Kestrel", Target.AtMost(NoObject)));
            }
        }

        await using (ServicePair pair = await ServicePair.StartAsync(ServicePrograms.PlainHello, ["--AllocateOneObject=true"], settings.Port, cancellation))
        {
            PairedSamples samples = await CompareAsync(pair, Scenario.All[0], settings, progress, cancellation);
            measurements.Add(samples.Difference(
                "check: plain Kestrel and one object of 24 bytes", "B", "plain Kestrel", Target.Between(24 - NoObject, 24 + NoObject)));
        }

        return measurements;
    }

    private static async Task<PairedSamples> CompareAsync(
        ServicePair pair, Scenario scenario, BenchSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        PairedSamples samples = new();
        await pair.WarmUpAsync(scenario, cancellation);
        for (int i = 0; i < (settings.Pairs ?? DefaultPairs); i++)
        {
            double measured = await pair.Measured.BytesPerRequestAsync(scenario, scenario.Requests, cancellation);
            double baseline = await pair.Baseline.BytesPerRequestAsync(scenario, scenario.Requests, cancellation);
            samples.Add(measured, baseline);
            progress.Report(string.Create(CultureInfo.InvariantCulture, $"  {scenario.Name}: {measured:0.00} B measured, {baseline:0.00} B baseline"));
        }

        return samples;
    }
}

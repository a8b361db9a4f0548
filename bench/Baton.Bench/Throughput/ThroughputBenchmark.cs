using System.Globalization;
using System.Net;
using Baton.Bench.Results;
using Baton.Bench.Services;

namespace Baton.Bench.Throughput;

/// <summary>
/// The sample with Baton against the same source on plain Kestrel. Both are started anew for each round, since no two processes of a program are
/// equally fast: the just-in-time compiler decides by what it happens to see.
/// </summary>
internal sealed class ThroughputBenchmark : IBenchmark
{
    private const int DefaultPairs = 16;
    private const int PairsOfOneRound = 4;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    public string Name => "throughput";

    public string Description => "Requests a second of samples/Hello, against the same program on plain Kestrel";

    public async Task<IReadOnlyList<Measurement>> RunAsync(BenchSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        PairedSamples rates = new();
        PairedSamples costs = new();
        int pairs = settings.Pairs ?? DefaultPairs;
        for (int done = 0; done < pairs; done += PairsOfOneRound)
        {
            await using ServiceProcess baton = await StartAsync(ServicePrograms.Hello, settings.Port, cancellation);
            await using ServiceProcess plain = await StartAsync(ServicePrograms.PlainHello, settings.Port + 1, cancellation);
            await Wrk.RunAsync(baton.Address, WarmUp, cancellation);
            await Wrk.RunAsync(plain.Address, WarmUp, cancellation);
            for (int i = done; i < Math.Min(pairs, done + PairsOfOneRound); i++)
            {
                // Who is first alternates too.
                bool batonFirst = i % 2 == 0;
                LoadedRun first = await LoadAsync(batonFirst ? baton : plain, settings, cancellation);
                LoadedRun second = await LoadAsync(batonFirst ? plain : baton, settings, cancellation);
                (LoadedRun measured, LoadedRun baseline) = batonFirst ? (first, second) : (second, first);
                rates.Add(measured.RequestsPerSecond, baseline.RequestsPerSecond);
                costs.Add(measured.MicrosecondsOfProcessor, baseline.MicrosecondsOfProcessor);
                progress.Report(string.Create(CultureInfo.InvariantCulture, $"  {measured} with Baton, {baseline} without"));
            }
        }

        return
        [
            rates.Ratio("throughput, HTTP/1.1, 32 connections", "requests/s", "plain Kestrel", Target.AtLeast(0.98)),
            costs.Ratio("processor time of a request", "µs", "plain Kestrel", target: null),
        ];
    }

    private static Task<ServiceProcess> StartAsync(string program, int port, CancellationToken cancellation) =>
        ServiceProcess.StartAsync(new ServiceCommand(program, new IPEndPoint(IPAddress.Loopback, port)), cancellation);

    private static async Task<LoadedRun> LoadAsync(ServiceProcess service, BenchSettings settings, CancellationToken cancellation)
    {
        TimeSpan before = service.ProcessorTime;
        WrkResult wrk = await Wrk.RunAsync(service.Address, TimeSpan.FromSeconds(settings.Seconds), cancellation);
        return new LoadedRun(wrk.RequestsPerSecond, (service.ProcessorTime - before).TotalMicroseconds / wrk.Requests);
    }

    private sealed record LoadedRun(double RequestsPerSecond, double MicrosecondsOfProcessor)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{RequestsPerSecond:N0} requests/s at {MicrosecondsOfProcessor:0.00} µs");
    }
}

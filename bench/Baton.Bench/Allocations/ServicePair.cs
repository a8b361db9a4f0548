using System.Globalization;
using Baton.Bench.Services;

namespace Baton.Bench.Allocations;

/// <summary>The program that is measured and plain Kestrel, both running. Owns both.</summary>
internal sealed class ServicePair : IAsyncDisposable
{
    // Past the 30 calls and the 100 ms of quiet after which the runtime compiles a method anew, several times over.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private ServicePair(ProbedService measured, ProbedService baseline) => (Measured, Baseline) = (measured, baseline);

    public ProbedService Measured { get; }

    public ProbedService Baseline { get; }

    public static async Task<ServicePair> StartAsync(string program, IReadOnlyList<string> arguments, int port, CancellationToken cancellation)
    {
        while (true)
        {
            ServicePair pair = await StartBothAsync(program, arguments, port, cancellation);

            // Each answer holds the pid in words: one digit more can be 8 bytes more.
            if (Digits(pair.Measured.Pid) == Digits(pair.Baseline.Pid))
            {
                return pair;
            }

            await pair.DisposeAsync();
        }
    }

    public async Task WarmUpAsync(Scenario scenario, CancellationToken cancellation)
    {
        for (int i = 0; i < 2; i++)
        {
            await Measured.BytesPerRequestAsync(scenario, scenario.Requests, cancellation);
            await Baseline.BytesPerRequestAsync(scenario, scenario.Requests, cancellation);
            await Task.Delay(Settling, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Measured.DisposeAsync();
        await Baseline.DisposeAsync();
    }

    private static async Task<ServicePair> StartBothAsync(string program, IReadOnlyList<string> arguments, int port, CancellationToken cancellation)
    {
        ProbedService measured = await ProbedService.StartAsync(program, port, arguments, cancellation);
        try
        {
            return new ServicePair(measured, await ProbedService.StartAsync(ServicePrograms.PlainHello, port + 2, [], cancellation));
        }
        catch
        {
            await measured.DisposeAsync();
            throw;
        }
    }

    private static int Digits(int pid) => pid.ToString(CultureInfo.InvariantCulture).Length;
}

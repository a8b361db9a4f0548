using System.Globalization;
using System.Net;
using Baton.Bench.Results;
using Baton.Bench.Services;

namespace Baton.Bench.WarmUps;

/// <summary>One service: restarted first with nobody asking, then under load. Milliseconds.</summary>
/// <param name="First">The first request of the first successor, on a new connection.</param>
/// <param name="Steady">The median of that process's later requests, on the same connection.</param>
/// <param name="SteadyAnew">The same on a new connection for each request.</param>
/// <param name="Windows">Every request of the restart windows under load, in order.</param>
internal sealed record RestartedService(double First, double Steady, double SteadyAnew, double[] Windows)
{
    private const int RestartsUnderLoad = 2;
    private const int SteadyRequests = 200;

    /// <summary>A service that has just answered first still compiles and collects; a restart of that is not what anybody does.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <summary>Over before the window is.</summary>
    private static readonly TimeSpan Probation = TimeSpan.FromSeconds(0.5);

    public static async Task<RestartedService> RunAsync(IPEndPoint address, bool warmsUp, CancellationToken cancellation)
    {
        ServiceCommand command = new(ServicePrograms.Hello, address) { Arguments = [$"--GracefulRestart:Probation={Probation:c}", $"--GracefulRestart:WarmUp:Enabled={warmsUp}"] };
        await using ServiceProcess service = await ServiceProcess.StartAsync(command, cancellation);

        // What is compiled on this side must not be part of the figures, and is compiled by a client of the predecessor.
        using (BlockingClient early = new(address))
        {
            Median(early, isKept: true);
        }

        await Task.Delay(Settling, cancellation);
        using WatchedProcess predecessor = await service.HandOverAsync(cancellation);
        using BlockingClient client = new(address);
        double first = client.Ask().TotalMilliseconds;
        if (client.Pid != service.Pid)
        {
            throw new BenchException($"Process {client.Pid} answered after it had handed over to process {service.Pid}.");
        }

        (double steady, double anew) = (Median(client, isKept: true), Median(client, isKept: false));

        // An idle connection would be waited for at the next restart.
        client.Close();
        ServiceProcess.RequireEnd(predecessor);
        return new RestartedService(first, steady, anew, await RestartWindows.MeasureAsync(service, RestartsUnderLoad, cancellation));
    }

    public double Window(double quantile) => Quantiles.Of(Windows, quantile);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"first request {First:0.00} ms, steady {Steady:0.000} ms ({SteadyAnew:0.000} on new connections); {Windows.Length} requests in restart windows: "
            + $"p99 {Window(0.99):0.00}, p99.9 {Window(0.999):0.00}, max {Window(1):0.00} ms");

    private static double Median(BlockingClient client, bool isKept)
    {
        double[] took = new double[SteadyRequests];
        for (int i = 0; i < took.Length; i++)
        {
            if (!isKept)
            {
                client.Close();
            }

            took[i] = client.Ask().TotalMilliseconds;
        }

        Array.Sort(took);
        return Quantiles.Of(took, 0.5);
    }
}

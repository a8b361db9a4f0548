using System.Diagnostics;
using System.Net;
using Baton.Bench.Services;

namespace Baton.Bench.WarmUps;

/// <summary>
/// Moderate load on a service, half of it on kept and half on new connections, and what the requests of restart windows took. Each client waits for its answer
/// and thinks before it asks again, so that a pause of the service counts once for each client that it keeps waiting.
/// </summary>
internal sealed class RestartWindows
{
    private const int Clients = 12;
    private const int ThinkMilliseconds = 5;

    /// <summary>So long after it was handed over the successor is still new.</summary>
    private static readonly TimeSpan After = TimeSpan.FromSeconds(1);

    private readonly IPEndPoint _address;
    private readonly List<(long From, long To)> _windows = [];
    private readonly List<(long Sent, double Milliseconds)>[] _answers = [.. Enumerable.Range(0, Clients).Select(_ => new List<(long, double)>())];
    private volatile BenchException? _failure;
    private volatile bool _ended;

    private RestartWindows(IPEndPoint address) => _address = address;

    /// <summary>Restarts the service under load.</summary>
    /// <returns>Milliseconds of each request that was sent between a signal and a second after the handover.</returns>
    public static async Task<double[]> MeasureAsync(ServiceProcess service, int restarts, CancellationToken cancellation)
    {
        RestartWindows load = new(service.Address);
        Thread[] clients = [.. Enumerable.Range(0, Clients).Select(i => new Thread(() => load.Ask(i)))];
        Array.ForEach(clients, client => client.Start());
        try
        {
            await Task.Delay(After, cancellation);
            for (int i = 0; i < restarts; i++)
            {
                await load.RestartAsync(service, cancellation);
            }
        }
        finally
        {
            load._ended = true;
            Array.ForEach(clients, client => client.Join());
        }

        return load._failure is null ? load.InWindows() : throw load._failure;
    }

    private async Task RestartAsync(ServiceProcess service, CancellationToken cancellation)
    {
        long signalled = Stopwatch.GetTimestamp();
        using WatchedProcess predecessor = await service.HandOverAsync(cancellation);
        await Task.Delay(After, cancellation);
        _windows.Add((signalled, Stopwatch.GetTimestamp()));

        // A restart that is asked earlier would wait, and its window would be that of two.
        ServiceProcess.RequireEnd(predecessor);
    }

    private void Ask(int index)
    {
        using BlockingClient client = new(_address);
        try
        {
            while (!_ended)
            {
                long sent = Stopwatch.GetTimestamp();
                _answers[index].Add((sent, client.Ask().TotalMilliseconds));
                if (index % 2 == 0)
                {
                    client.Close();
                }

                Thread.Sleep(ThinkMilliseconds);
            }
        }
        catch (BenchException e)
        {
            _failure = e;
        }
    }

    private double[] InWindows() =>
        [.. _answers.SelectMany(own => own).Where(a => _windows.Exists(w => a.Sent >= w.From && a.Sent <= w.To)).Select(a => a.Milliseconds).Order()];
}

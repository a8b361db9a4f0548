using System.Collections.Concurrent;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests.Http;

/// <summary>Clients that ask all the while, so that a restart has something to lose. What fails is kept: nothing may.</summary>
internal sealed class BackgroundLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly TimeSpan _pause;
    private readonly Task _running;
    private int _answered;

    private BackgroundLoad(int clients, Func<ILoadClient> newClient, TimeSpan pause)
    {
        _pause = pause;
        _running = Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(() => RunAsync(newClient))));
    }

    /// <summary>Half of the clients keep their connection, half open one for each request.</summary>
    internal static BackgroundLoad Start(ServiceAddress address)
    {
        int started = 0;
        return Start(8, () => Mixed(address, Interlocked.Increment(ref started)));
    }

    internal static ILoadClient Mixed(ServiceAddress address, int number) =>
        number % 2 == 0 ? new NewConnectionClient(address) : new KeepAliveClient(address);

    /// <param name="pause">Between two requests of one client, so that the service has time left to start another process.</param>
    internal static BackgroundLoad Start(int clients, Func<ILoadClient> newClient, TimeSpan? pause = null) =>
        new(clients, newClient, pause ?? TimeSpan.FromMilliseconds(5));

    /// <summary>Waits until this many more requests have been answered.</summary>
    internal async Task MoreAsync(int requests = 100)
    {
        int goal = Volatile.Read(ref _answered) + requests;
        await Deadline.UntilAsync(() => Volatile.Read(ref _answered) >= goal || !_failures.IsEmpty);
    }

    /// <summary>Ends it, and requires that every request was answered.</summary>
    internal async Task EndWithoutFailureAsync()
    {
        await MoreAsync();
        await _stop.CancelAsync();
        await _running.InTime();
        Assert.Empty(_failures);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Func<ILoadClient> newClient)
    {
        using ILoadClient client = newClient();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await client.ExchangeAsync();
                Interlocked.Increment(ref _answered);
                await Task.Delay(_pause, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                _failures.Enqueue(e.ToString());
                break;
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Net.Sockets;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests.Http;

/// <summary>
/// Clients that go on when they lose a connection, for deaths that cost what the dead process had accepted. Half of them keep their connection, half open
/// one for each request. A client has one connection at a time, so one death costs it one at most; and none is ever refused.
/// </summary>
internal sealed class SurvivingLoad : IAsyncDisposable
{
    private const int Clients = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(int Client, long Opened, string Reason)> _lost = [];
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ServiceAddress _address;
    private readonly Task _running;
    private long _recovered = long.MaxValue;
    private int _answered;

    private SurvivingLoad(ServiceAddress address)
    {
        _address = address;
        _running = Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => RunAsync(client))));
    }

    internal static SurvivingLoad Start(ServiceAddress address) => new(address);

    /// <summary>The death is over: no connection that is opened from now on may be lost.</summary>
    internal void Recovered() => _recovered = TimeProvider.System.GetTimestamp();

    /// <summary>Waits until this many more requests have been answered.</summary>
    internal async Task MoreAsync(int requests = 100)
    {
        int goal = Volatile.Read(ref _answered) + requests;
        await Deadline.UntilAsync(() => Volatile.Read(ref _answered) >= goal || !_failures.IsEmpty);
    }

    /// <summary>Ends it, and requires that one death is all that it has noticed.</summary>
    /// <returns>How many connections were lost.</returns>
    internal async Task<int> EndAsync()
    {
        await MoreAsync();
        await _stop.CancelAsync();
        await _running.InTime();
        Assert.Empty(_failures);
        Assert.All(_lost, loss => Assert.True(loss.Opened < _recovered, $"Lost after the recovery: {loss.Reason}"));
        Assert.All(_lost.CountBy(loss => loss.Client), client => Assert.Equal(1, client.Value));
        return _lost.Count;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(int client)
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                // Outside what may be lost: a connection that is refused is a failure.
                using HttpConnection connection = await HttpConnection.OpenAsync(_address);
                long opened = TimeProvider.System.GetTimestamp();
                try
                {
                    await AskAsync(connection, keep: client % 2 == 0);
                }
                catch (Exception e) when (e is IOException or SocketException)
                {
                    _lost.Enqueue((client, opened, e.ToString()));
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            _failures.Enqueue(e.ToString());
        }
    }

    private async Task AskAsync(HttpConnection connection, bool keep)
    {
        bool ended;
        do
        {
            HttpAnswer answer = await connection.GetAsync();
            Assert.Equal(200, answer.Status);
            Interlocked.Increment(ref _answered);
            ended = answer.Closes;
            await Task.Delay(Pause, _stop.Token);
        }
        while (keep && !ended);
        if (ended)
        {
            await connection.EndsAsync();
        }
    }
}

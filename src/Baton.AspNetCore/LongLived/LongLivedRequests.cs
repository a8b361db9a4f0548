using System.Collections.Concurrent;
using System.Net.WebSockets;
using Baton.Lifecycle;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Baton.AspNetCore.LongLived;

/// <summary>
/// All long-lived requests of this application, and their end in a drain: after the notice, in a random order. Their connections
/// are counted, waited for and cut by <see cref="OpenConnections"/>.
/// </summary>
/// <param name="options">Notice, spread and limits.</param>
/// <param name="logger">For what was closed.</param>
/// <param name="post">Runs something on the control loop, after what it does now.</param>
internal sealed class LongLivedRequests(GracefulRestartOptions options, ILogger logger, Action<Action> post) : IServerWork
{
    // How often one is looked at in a drain that has not become long-lived by its time.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<LongLivedRequest, byte> _open = new();
    private readonly LongLivedCounts _counts = new();
    private volatile Drain? _drain;

    /// <summary>Whether a new one would only be closed again.</summary>
    internal bool IsDraining => _drain is not null;

    /// <summary>Whether a drain is in progress that was not cut, and another process serves.</summary>
    internal bool IsDrainedForAnother => _drain is { IsCut: false, NobodyServes.IsCancellationRequested: false };

    /// <summary>Whether some that came during the drain are not closed yet.</summary>
    internal bool ClosesLateOnes => _drain is { Late: > 0 };

    private LongLivedOptions Options => options.LongLived;

    /// <summary>It lives until <see cref="Remove"/>, and is a feature of the request that it belongs to.</summary>
    internal void Add(LongLivedRequest request, HttpContext? context)
    {
        _open[request] = 0;
        context?.Features.Set(request);
        if (context?.Features.Get<TrackedConnection>() is { } connection)
        {
            connection.LongLived = request.Kind;
            request.Connection = connection;
        }

        if (_drain is { } drain)
        {
            // It came while the drain began.
            drain.CountLate(1);
            _ = Task.Run(() => CloseLateAsync(request, drain), CancellationToken.None);
        }
    }

    internal void Remove(LongLivedRequest request)
    {
        _open.TryRemove(request, out _);
        request.End();
    }

    public Task DrainAsync(CancellationToken resumed)
    {
        Drain drain = _drain = new Drain(options.TimeProvider.GetTimestamp(), resumed);
        resumed.Register(() => Interlocked.CompareExchange(ref _drain, null, drain));

        // The caller is the control loop, which may go on to say that nobody serves; and there may be many requests.
        post(() => _ = Task.Run(() => CloseAllAsync(drain), CancellationToken.None));
        return Task.CompletedTask;
    }

    /// <summary>Completes when the drain in progress has closed all, or was cut; at once where none is in progress.</summary>
    internal Task ClosedAsync() => _drain?.AllClosed.Task ?? Task.CompletedTask;

    public void NobodyServes()
    {
        if (_drain is { } drain)
        {
            drain.NobodyServes.Cancel();
        }
    }

    public OpenWork Cut()
    {
        foreach (LongLivedRequest request in Lasting().Where(r => !r.IsCut))
        {
            request.IsCut = true;
            _counts.Cut(request.Kind);
        }

        if (_drain is { } drain)
        {
            drain.IsCut = true;
            drain.AllClosed.TrySetResult();
        }

        return default;
    }

    public void Describe(OpenWorkReport report)
    {
        _counts.Describe(report);
        foreach ((string kind, int open) in Lasting().CountBy(r => r.Kind))
        {
            report.AddLongLived(kind, new LongLivedCount { Open = open });
        }
    }

    // Without a unary call of gRPC, or what carries a SignalR connection.
    private IEnumerable<LongLivedRequest> Lasting() => _open.Keys.Where(r => r is { IsLeftAlone: false, EndsByItself: false });

    private async Task CloseAllAsync(Drain drain)
    {
        LongLivedRequest[] open = [.. _open.Keys];
        await Task.WhenAll(open.Select(r => CloseLaterAsync(r, drain))).ConfigureAwait(false);
        drain.AllClosed.TrySetResult();
        if (drain.Closed > 0)
        {
            logger.LongLivedClosed(drain.Closed, drain.Describe());
        }
    }

    private async Task CloseLateAsync(LongLivedRequest request, Drain drain)
    {
        if (request.Connection is { IsPrivate: true })
        {
            // A SignalR connection that was negotiated here. It shows as one after its handshake, and is closed as one.
            await WaitAsync(request, Options.CloseTimeout, drain, atOnce: drain.NobodyServes.Token).ConfigureAwait(false);
        }

        await CloseLaterAsync(request, drain).ConfigureAwait(false);
        drain.CountLate(-1);
    }

    private async Task CloseLaterAsync(LongLivedRequest request, Drain drain)
    {
        if (request is { IsLeftAlone: false, EndsByItself: false })
        {
            _counts.Told(request.Kind);
        }

        if (Options.Notice == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        CancellationToken atOnce = request.EndsAtOnceInShutdown ? drain.NobodyServes.Token : CancellationToken.None;
        await WaitAsync(request, Options.Notice, drain, atOnce).ConfigureAwait(false);
        await WaitAsync(request, SpreadOf(drain), drain, atOnce).ConfigureAwait(false);
        if (request.EndsByItself)
        {
            // Nobody waits for it: it may be a plain request that takes long.
            _ = CloseWhenLongLivedAsync(request, drain);
        }
        else
        {
            await CloseAsync(request, drain).ConfigureAwait(false);
        }
    }

    private async Task CloseWhenLongLivedAsync(LongLivedRequest request, Drain drain)
    {
        while (request.EndsByItself)
        {
            if (IsNotOurs(request, drain))
            {
                return;
            }

            await WaitAsync(request, LookInterval, drain, atOnce: CancellationToken.None).ConfigureAwait(false);
        }

        _counts.Told(request.Kind);
        await CloseAsync(request, drain).ConfigureAwait(false);
    }

    private static bool IsNotOurs(LongLivedRequest request, Drain drain) =>
        request.Ended.IsCompleted || drain.Resumed.IsCancellationRequested || request.IsLeftAlone;

    private async Task CloseAsync(LongLivedRequest request, Drain drain)
    {
        if (IsNotOurs(request, drain))
        {
            return;
        }

        drain.Count(request.Kind);
        _counts.Closed(request.Kind);
        try
        {
            if (request.Connection is { IsHttp2: true } connection)
            {
                // The client is to come back over another connection.
                await ConnectionDrain.AnnounceAsync(connection).ConfigureAwait(false);
            }

            await request.CloseAsync(HowToClose(drain)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The others are closed all the same; this one has its time until the drain timeout.
            logger.CloseRequestFailed(request.Kind, e);
        }
    }

    private LongLivedClose HowToClose(Drain drain) => drain.NobodyServes.IsCancellationRequested
        ? new((int)WebSocketCloseStatus.EndpointUnavailable, "service ends", Options.CloseTimeout, options.TimeProvider)
        : new(Options.CloseStatus, "service restart", Options.CloseTimeout, options.TimeProvider);

    // Ends early if the application has ended the request, or this process serves again.
    private async Task WaitAsync(LongLivedRequest request, TimeSpan time, Drain drain, CancellationToken atOnce)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(drain.Resumed, atOnce);
        await Task.WhenAny(request.Ended, Task.Delay(time, options.TimeProvider, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    // A random part of the spread, so that the last one still has its time before the drain is cut.
    private TimeSpan SpreadOf(Drain drain)
    {
        if (drain.NobodyServes.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }

        TimeSpan spread = Options.CloseSpread;
        if (options.DrainTimeout != Timeout.InfiniteTimeSpan)
        {
            TimeSpan left = options.DrainTimeout - options.TimeProvider.GetElapsedTime(drain.Begun) - Options.CloseTimeout;
            spread = left < spread ? left : spread;
        }

        return spread > TimeSpan.Zero ? spread * Random.Shared.NextDouble() : TimeSpan.Zero;
    }

    private sealed class Drain(long begun, CancellationToken resumed)
    {
        private readonly ConcurrentDictionary<string, int> _closed = new();
        private int _late;

        internal CancellationToken Resumed => resumed;

        internal long Begun => begun;

        internal bool IsCut { get; set; }

        internal int Late => Volatile.Read(ref _late);

        internal CancellationTokenSource NobodyServes { get; } = new();

        internal TaskCompletionSource AllClosed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal int Closed => _closed.Values.Sum();

        internal void CountLate(int change) => Interlocked.Add(ref _late, change);

        internal void Count(string kind) => _closed.AddOrUpdate(kind, 1, static (_, count) => count + 1);

        internal string Describe() => string.Join(
            ", ", _closed.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => $"{k.Value} {k.Key}"));
    }
}

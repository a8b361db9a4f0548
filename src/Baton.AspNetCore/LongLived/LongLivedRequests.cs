using System.Collections.Concurrent;
using System.Net.WebSockets;
using Baton.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Baton.AspNetCore.LongLived;

/// <summary>
/// All long-lived requests of this application, and their end in a drain: after the notice, in a random order. Their connections
/// are counted, waited for and cut by <see cref="OpenConnections"/>.
/// </summary>
internal sealed class LongLivedRequests(GracefulRestartOptions options, ILogger logger) : IRestartParticipant
{
    private readonly ConcurrentDictionary<LongLivedRequest, byte> _open = new();
    private volatile Drain? _drain;

    /// <summary>Whether a new one would only be closed again.</summary>
    internal bool IsDraining => _drain is not null;

    private LongLivedOptions Options => options.LongLived;

    /// <summary>It lives until <see cref="Remove"/>.</summary>
    internal void Add(LongLivedRequest request)
    {
        _open[request] = 0;
        if (_drain is { } drain)
        {
            // It came while the drain began.
            _ = Task.Run(() => CloseLaterAsync(request, drain), CancellationToken.None);
        }
    }

    internal void Remove(LongLivedRequest request)
    {
        _open.TryRemove(request, out _);
        request.End();
    }

    public Task DrainAsync(CancellationToken resumed)
    {
        Drain drain = _drain = new Drain(resumed, options.TimeProvider.GetTimestamp());
        resumed.Register(() => Interlocked.CompareExchange(ref _drain, null, drain));

        // The caller is the control loop, and there may be many.
        _ = Task.Run(() => CloseAllAsync(drain), CancellationToken.None);
        return Task.CompletedTask;
    }

    public void NobodyServes()
    {
        if (_drain is { } drain)
        {
            drain.NobodyServes = true;
        }
    }

    public OpenWork Cut() => default;

    public void Describe(OpenWorkReport report)
    {
    }

    private async Task CloseAllAsync(Drain drain)
    {
        LongLivedRequest[] open = [.. _open.Keys];
        await Task.WhenAll(open.Select(r => CloseLaterAsync(r, drain))).ConfigureAwait(false);
        if (drain.Closed > 0)
        {
            logger.LongLivedClosed(drain.Closed, drain.Describe());
        }
    }

    private async Task CloseLaterAsync(LongLivedRequest request, Drain drain)
    {
        if (Options.Notice == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        using var gone = CancellationTokenSource.CreateLinkedTokenSource(drain.Resumed);
        _ = request.Ended.ContinueWith(
            static (_, source) => ((CancellationTokenSource)source!).CancelAsync(), gone, TaskScheduler.Default);
        try
        {
            await Task.Delay(Options.Notice, options.TimeProvider, gone.Token).ConfigureAwait(false);
            await Task.Delay(SpreadOf(drain), options.TimeProvider, gone.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The application has ended it, or this process serves again.
            return;
        }

        if (request.IsLeftAlone)
        {
            return;
        }

        drain.Count(request.Kind);
        await request.CloseAsync(drain.NobodyServes
            ? new((int)WebSocketCloseStatus.EndpointUnavailable, "service ends", Options.CloseTimeout, options.TimeProvider)
            : new(Options.CloseStatus, "service restart", Options.CloseTimeout, options.TimeProvider)).ConfigureAwait(false);
    }

    // A random part of the spread, so that the last one still has its time before the drain is cut.
    private TimeSpan SpreadOf(Drain drain)
    {
        if (drain.NobodyServes)
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

    private sealed class Drain(CancellationToken resumed, long begun)
    {
        private readonly ConcurrentDictionary<string, int> _closed = new();

        internal CancellationToken Resumed => resumed;

        internal long Begun => begun;

        internal bool NobodyServes { get; set; }

        internal int Closed => _closed.Values.Sum();

        internal void Count(string kind) => _closed.AddOrUpdate(kind, 1, static (_, count) => count + 1);

        internal string Describe() => string.Join(
            ", ", _closed.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => $"{k.Value} {k.Key}"));
    }
}

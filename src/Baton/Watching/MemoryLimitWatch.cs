using System.Globalization;
using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Watching;

/// <summary>
/// Follows the memory limit of this process's cgroup (<see cref="RestarterOptions.WhenMemoryLimitChanges"/>). It looks again and
/// again: inotify(7) tells nothing about these files.
/// </summary>
internal sealed class MemoryLimitWatch
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private readonly RestarterOptions _options;
    private readonly Func<long?> _limit;
    private readonly Action _refresh;
    private readonly ILogger _logger;
    private readonly ChangeDecision _decision;
    private readonly long _begun;
    private long? _known;

    /// <summary>Reads the limit that this process starts with.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="isFirst">Whether this process replaces no other.</param>
    /// <param name="limit">Reads the limit, in bytes; null for none.</param>
    /// <param name="refresh">Tells the garbage collector.</param>
    /// <param name="logger">Where it is said what has changed.</param>
    internal MemoryLimitWatch(RestarterOptions options, bool isFirst, Func<long?> limit, Action refresh, ILogger logger)
    {
        (_options, _limit, _refresh, _logger, _known) = (options, limit, refresh, logger, limit());
        _begun = options.TimeProvider.GetTimestamp();
        _decision = new ChangeDecision(
            Words(_known), options.ChangeQuietTime, options.ChangeMinInterval, isFirst ? null : TimeSpan.Zero);
    }

    /// <summary>Begins to watch, until the process has left. The first look is not in the way of the start either.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="isFirst">Whether this process replaces no other.</param>
    /// <param name="logger">Where it is said what has changed.</param>
    /// <param name="state">The state of this process; called from any thread.</param>
    /// <param name="restart">Asks for a restart; called from any thread.</param>
    /// <param name="exited">Completes when the process has left.</param>
    internal static void Begin(
        RestarterOptions options,
        bool isFirst,
        ILogger logger,
        Func<ProcessState> state,
        Action<RestartTrigger> restart,
        Task exited)
    {
        if (options.WhenMemoryLimitChanges != MemoryLimitPolicy.Ignore && Platform.HandoverSupported)
        {
            _ = Task.Run(
                () => new MemoryLimitWatch(options, isFirst, ResourceLimits.Memory, GC.RefreshMemoryLimit, logger)
                    .RunAsync(state, restart, exited),
                CancellationToken.None);
        }
    }

    private async Task RunAsync(Func<ProcessState> state, Action<RestartTrigger> restart, Task exited)
    {
        while (!exited.IsCompleted)
        {
            await Task.WhenAny(exited, Task.Delay(s_pause, _options.TimeProvider)).ConfigureAwait(false);
            Look(state(), restart);
        }
    }

    /// <summary>Looks at the limit once.</summary>
    internal void Look(ProcessState state, Action<RestartTrigger> restart)
    {
        long? now = _limit();
        if (_options.WhenMemoryLimitChanges == MemoryLimitPolicy.Refresh)
        {
            Refresh(now);
        }
        else if (_decision.IsDue(_options.TimeProvider.GetElapsedTime(_begun), Words(now), state == ProcessState.Serving))
        {
            restart(RestartTrigger.OfChange($"the memory limit from {Words(_known)} to {Words(now)}"));
        }
    }

    private void Refresh(long? now)
    {
        if (now == _known)
        {
            return;
        }

        (string before, string after) = (Words(_known), Words(now));
        _known = now;
        try
        {
            _refresh();
            _logger.MemoryLimitRefreshed(after, before);
        }
        catch (InvalidOperationException e)
        {
            // It is the old one that holds, as without Baton.
            _logger.MemoryLimitNotRefreshed(e, after, before);
        }
    }

    private static string Words(long? bytes) =>
        bytes is { } limit ? string.Create(CultureInfo.InvariantCulture, $"{limit / 1048576.0:0.###} MiB") : "none";
}

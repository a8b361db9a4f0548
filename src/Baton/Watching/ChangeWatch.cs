using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Watching;

/// <summary>
/// Restarts the service when files have changed (<see cref="RestarterOptions.RestartWhenChanged"/>). It looks at them once a
/// second, because inotify(7) tells nothing about network file systems, and has a limit of watches. A file system that hangs
/// holds up nothing but this.
/// </summary>
internal sealed class ChangeWatch
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly WatchedPath[] _paths;
    private readonly string[] _running;
    private readonly RestarterOptions _options;
    private readonly ChangeDecision _decision;
    private readonly long _begun;
    private readonly ILogger _logger;

    /// <summary>Reads what this process starts with. Make it before the application reads its configuration.</summary>
    /// <param name="options">What to watch.</param>
    /// <param name="isFirst">Whether this process replaces no other.</param>
    /// <param name="logger">Where it is said what has changed.</param>
    internal ChangeWatch(RestarterOptions options, bool isFirst, ILogger logger)
    {
        (_options, _logger, _begun) = (options, logger, options.TimeProvider.GetTimestamp());
        _paths = [.. options.RestartWhenChanged.Select(path => new WatchedPath(Path.GetFullPath(path), options.TimeProvider))];
        _running = Look();
        _decision = new ChangeDecision(
            Joined(_running), options.ChangeQuietTime, options.ChangeMinInterval, isFirst ? null : TimeSpan.Zero);
    }

    /// <summary>Begins to watch, until the process has left.</summary>
    /// <param name="state">The state of this process; called from any thread.</param>
    /// <param name="restart">Asks for a restart; called from any thread.</param>
    /// <param name="exited">Completes when the process has left.</param>
    internal void Begin(Func<ProcessState> state, Action<RestartTrigger> restart, Task exited)
    {
        if (_paths.Length > 0)
        {
            _logger.ChangesWatched(string.Join(", ", _paths.Select(p => Printable.Line(p.Path))));
            _ = Task.Run(() => RunAsync(state, restart, exited), CancellationToken.None);
        }
    }

    private async Task RunAsync(Func<ProcessState> state, Action<RestartTrigger> restart, Task exited)
    {
        string? lastFailure = null;
        while (!exited.IsCompleted)
        {
            await Task.WhenAny(exited, Task.Delay(s_pause, _options.TimeProvider)).ConfigureAwait(false);
            try
            {
                Step(state(), restart);
                lastFailure = null;
            }
#pragma warning disable CA1031 // Whatever a file system does: the next look may succeed.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (e.Message != lastFailure)
                {
                    _logger.ChangesUnseen(e);
                }

                lastFailure = e.Message;
            }
        }
    }

    private void Step(ProcessState state, Action<RestartTrigger> restart)
    {
        string[] now = Look();
        if (_decision.IsDue(_options.TimeProvider.GetElapsedTime(_begun), Joined(now), state == ProcessState.Serving))
        {
            string changed = string.Join(", ", _paths.Where((_, i) => now[i] != _running[i]).Select(p => Printable.Line(p.Path)));
            _logger.Changed(changed);
            restart(RestartTrigger.OfChange(changed));
        }
    }

    private string[] Look() => [.. _paths.Select(p => p.Look())];

    private static string Joined(string[] contents) => string.Join('\0', contents);
}

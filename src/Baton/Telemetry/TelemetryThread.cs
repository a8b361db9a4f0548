using Microsoft.Extensions.Logging;

namespace Baton.Telemetry;

/// <summary>
/// Calls listeners to metrics and traces, in order, apart from the control loop: they may block, as an exporter that writes to
/// the network, or throw. The thread exists only while there is work.
/// </summary>
internal sealed class TelemetryThread(ILogger logger)
{
    // Some dozens for each restart: more than this wait only if a listener hangs, and then it won't miss the rest.
    private const int MostWaiting = 1000;

    private readonly Lock _lock = new();
    private readonly Queue<Action> _waiting = new();
    private bool _running;

    internal void Post(Action action)
    {
        lock (_lock)
        {
            if (_waiting.Count < MostWaiting)
            {
                _waiting.Enqueue(action);
            }

            if (_running)
            {
                return;
            }

            _running = true;
        }

        try
        {
            new Thread(Run) { IsBackground = true, Name = "baton-telemetry" }.UnsafeStart();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // No thread can be had at the moment. What waits is done with what is posted next.
            lock (_lock)
            {
                _running = false;
            }
        }
    }

    private void Run()
    {
        while (Next() is { } action)
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                // The listener has a defect. Restarts do not depend on it.
                logger.TelemetryFailed(e);
            }
        }
    }

    private Action? Next()
    {
        lock (_lock)
        {
            _running = _waiting.TryDequeue(out Action? action);
            return action;
        }
    }
}

using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// Publishes events on the control loop, at once, in subscription order. A subscriber must not block. Subscribing is safe from
/// any thread.
/// </summary>
internal sealed class LifecycleFeed(ILogger logger)
{
    private readonly Lock _lock = new();
    private volatile (Action<LifecycleEvent> Handler, bool Reports)[] _subscribers = [];
    private volatile bool _wantsReports;

    /// <summary>Whether a subscriber wants reports of open work, which are costly to make.</summary>
    internal bool WantsReports => _wantsReports;

    /// <summary>The number of subscribers.</summary>
    internal int Subscribers => _subscribers.Length;

    /// <param name="subscriber">Receives the events.</param>
    /// <param name="reports">Whether it uses <see cref="LifecycleEvent.Draining"/>. It may get them anyway.</param>
    internal void Subscribe(Action<LifecycleEvent> subscriber, bool reports)
    {
        lock (_lock)
        {
            Set([.. _subscribers, (subscriber, reports)]);
        }
    }

    /// <summary>An event that is being published may still arrive.</summary>
    internal void Unsubscribe(Action<LifecycleEvent> subscriber)
    {
        lock (_lock)
        {
            Set([.. _subscribers.Where(s => s.Handler != subscriber)]);
        }
    }

    /// <summary>Call on the loop.</summary>
    internal void Publish(LifecycleEvent happened)
    {
        foreach ((Action<LifecycleEvent> subscriber, _) in _subscribers)
        {
            try
            {
                subscriber(happened);
            }
            catch (Exception e)
            {
                // A defect of ours. The other subscribers still get the event, and the step goes on.
                logger.LoopFailed(e);
            }
        }
    }

    private void Set((Action<LifecycleEvent> Handler, bool Reports)[] subscribers)
    {
        _subscribers = subscribers;
        _wantsReports = subscribers.Any(s => s.Reports);
    }
}

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

    /// <summary>Whether anybody wants reports of what is open, which cost something to make.</summary>
    internal bool WantsReports => _wantsReports;

    /// <summary>How many there are.</summary>
    internal int Subscribers => _subscribers.Length;

    /// <param name="subscriber">Gets the events.</param>
    /// <param name="reports">Whether it has a use for <see cref="LifecycleEvent.Draining"/>; it may get them all the same.</param>
    internal void Subscribe(Action<LifecycleEvent> subscriber, bool reports)
    {
        lock (_lock)
        {
            Set([.. _subscribers, (subscriber, reports)]);
        }
    }

    /// <summary>An event that is being published at this moment may still arrive.</summary>
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
                // A defect of ours, which must cost neither the others the event nor the service the rest of the step.
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

using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// Who wants to know what happens: systemd, the clients of the control socket. News are given out on the control loop, at once
/// and in order, to those first who subscribed first; whoever gets them must not block. Subscribing is safe from any thread.
/// </summary>
internal sealed class LifecycleFeed(ILogger logger)
{
    private readonly Lock _lock = new();
    private volatile (Action<LifecycleNews> Hear, bool Reports)[] _subscribers = [];
    private volatile bool _wantsReports;

    /// <summary>Whether anybody wants reports of what is open, which cost something to make.</summary>
    internal bool WantsReports => _wantsReports;

    /// <summary>How many hear the news.</summary>
    internal int Subscribers => _subscribers.Length;

    /// <param name="subscriber">Gets the news.</param>
    /// <param name="reports">Whether it has a use for <see cref="LifecycleNews.Draining"/>; it may get them all the same.</param>
    internal void Subscribe(Action<LifecycleNews> subscriber, bool reports)
    {
        lock (_lock)
        {
            Set([.. _subscribers, (subscriber, reports)]);
        }
    }

    /// <summary>News that are being given out at this moment may still arrive.</summary>
    internal void Unsubscribe(Action<LifecycleNews> subscriber)
    {
        lock (_lock)
        {
            Set([.. _subscribers.Where(s => s.Hear != subscriber)]);
        }
    }

    /// <summary>Call on the loop.</summary>
    internal void Publish(LifecycleNews news)
    {
        foreach ((Action<LifecycleNews> hear, _) in _subscribers)
        {
            try
            {
                hear(news);
            }
            catch (Exception e)
            {
                // A defect of ours, which must cost neither the others their news nor the service the rest of the step.
                logger.LoopFailed(e);
            }
        }
    }

    private void Set((Action<LifecycleNews> Hear, bool Reports)[] subscribers)
    {
        _subscribers = subscribers;
        _wantsReports = subscribers.Any(s => s.Reports);
    }
}

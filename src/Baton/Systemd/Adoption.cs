using Baton.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Baton.Systemd;

/// <summary>
/// Makes systemd look again at the parent of the main process. systemd looks only when it is told of another main process, and at
/// that moment a successor is still the predecessor's child: systemd cannot see its end, and would send it SIGKILL right after
/// SIGTERM at a stop. Once the predecessor is gone, systemd is the parent. Then a stand-in is named as the main process, and at
/// once this process again. With <c>NotifyAccess=main</c> the second message must come from the stand-in itself. Lives on the
/// control loop.
/// </summary>
/// <param name="notifier">Sends messages to systemd.</param>
/// <param name="loop">The control loop.</param>
/// <param name="findStandIn">Finds a stand-in and waits for the end of the predecessor. Then calls back with the stand-in's pid
/// and an action that makes it name this process. Returns an action that ends it early. Null for a process that systemd has
/// started itself.</param>
/// <param name="logger">The log.</param>
internal sealed class Adoption(
    Notifier notifier, ControlLoop loop, Func<Action<int, Action>, Action>? findStandIn, ILogger logger)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(20);

    private object? _attempt;
    private Action? _cancel;
    private bool _over = findStandIn is null;

    /// <summary>Only while this process is in charge, and no restart or shutdown is in progress.</summary>
    internal void Handle(LifecycleEvent lifecycleEvent)
    {
        switch (lifecycleEvent)
        {
            case LifecycleEvent.Serves { Probation.Ticks: 0 }
                or LifecycleEvent.ServesAgain
                or LifecycleEvent.RestartEnded { ServesOn: true }:
            case LifecycleEvent.StateChanged { Previous: ProcessState.OnProbation, State: ProcessState.Serving }:
                Begin();
                break;
            case LifecycleEvent.RestartBegun or LifecycleEvent.HandingOver or LifecycleEvent.Replacing:
                Pause();
                break;
            case LifecycleEvent.SuccessorStarted { Strategy: RestartStrategy.Complete }
                or LifecycleEvent.GaveBack
                or LifecycleEvent.NobodyServes
                or LifecycleEvent.Stopping:
                _over = true;
                Pause();
                break;
        }
    }

    private void Begin()
    {
        if (_over || _attempt is not null)
        {
            return;
        }

        object attempt = new();
        _attempt = attempt;
        _cancel = findStandIn!((standIn, speak) => loop.Post(() => Renew(attempt, standIn, speak)));
    }

    private void Pause()
    {
        _attempt = null;
        _cancel?.Invoke();
        _cancel = null;
    }

    private void Renew(object attempt, int standIn, Action speak)
    {
        if (attempt != _attempt)
        {
            return;
        }

        // Not queued: the stand-in's message must come after this one.
        if (!notifier.TrySendNow(Notifier.Line("MAINPID", standIn)))
        {
            loop.Schedule(RetryInterval, () => Renew(attempt, standIn, speak));
            return;
        }

        // From here on the stand-in completes it, whatever this process does meanwhile.
        _over = true;
        _cancel = null;
        notifier.Send(Notifier.Line("MAINPID", Environment.ProcessId));
        speak();
        logger.Adopted(Environment.ProcessId);
    }
}

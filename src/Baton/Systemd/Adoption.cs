using Baton.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Baton.Systemd;

/// <summary>
/// Has systemd look again at who is the parent of the main process. It looks only when it is told of another one, and at that
/// moment a successor is still the predecessor's child: systemd takes it for a stranger whose end it can't see, and would send it
/// SIGKILL right after SIGTERM when the service is stopped. Once the predecessor has gone systemd is the parent, so a stand-in is
/// named as the main process, and at once this process again. Where only the main process is believed (<c>NotifyAccess=main</c>)
/// the second word must be the stand-in's own. Lives on the control loop.
/// </summary>
/// <param name="notifier">Tells systemd.</param>
/// <param name="loop">The control loop.</param>
/// <param name="findStandIn"> Finds a stand-in and waits for the end of the predecessor, then calls with the stand-in's pid and
/// what lets it name this process; gives what ends it before. Null for a process that systemd has started itself.
/// </param>
/// <param name="logger">Where it is said.</param>
internal sealed class Adoption(
    Notifier notifier, ControlLoop loop, Func<Action<int, Action>, Action>? findStandIn, ILogger logger)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(20);

    private object? _attempt;
    private Action? _cancel;
    private bool _over = findStandIn is null;

    /// <summary>Only while this process is in charge and nothing else goes on is the time for it.</summary>
    internal void Hear(LifecycleEvent news)
    {
        switch (news)
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

        // Not to be queued: the stand-in's word must come after it.
        if (!notifier.TrySendNow(Notifier.Line("MAINPID", standIn)))
        {
            loop.Schedule(RetryInterval, () => Renew(attempt, standIn, speak));
            return;
        }

        // From here on it is the stand-in's to finish, whatever this process does meanwhile.
        _over = true;
        _cancel = null;
        notifier.Send(Notifier.Line("MAINPID", Environment.ProcessId));
        speak();
        logger.Adopted(Environment.ProcessId);
    }
}

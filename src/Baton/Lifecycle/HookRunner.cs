using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>Calls the application's hooks. Lives on the control loop. Without hooks the next step follows at once.</summary>
internal sealed class HookRunner(LifecycleContext context)
{
    private readonly List<HookWait> _waits = [];
    private Action? _whenIdle;

    private RestartHooks Hooks => context.Options.Hooks;

    /// <summary>Calls the hooks before an action, then runs the action.</summary>
    /// <returns>Null if there were no hooks.</returns>
    internal HookWait? Before(SignalAction action, RestartTrigger trigger, Action then) =>
        Run($"before {action} by {trigger}", Bound(action, trigger, before: true), then);

    internal void After(SignalAction action, RestartTrigger trigger, RestartRecord? restart = null) =>
        Run($"after {action} by {trigger}", Bound(action, trigger, before: false, restart), then: () => { });

    /// <summary>Calls the hooks before a restart, which may change the successor's start.</summary>
    /// <param name="request">The restart.</param>
    /// <param name="command">The start command.</param>
    /// <param name="generation">The successor's generation.</param>
    /// <param name="changed">Receives the command as a hook has changed it.</param>
    /// <param name="begun">Called first, if there are hooks.</param>
    /// <param name="then">The next step.</param>
    internal HookWait? BeforeRestart(
        RestartRequest request, StartCommand command, int generation, Action<StartCommand> changed, Action begun, Action then)
    {
        List<Func<CancellationToken, Task>> hooks = Bound(SignalAction.Restart, request.Trigger, before: true);
        StartCommand latest = command;
        foreach (Func<SuccessorStartContext, CancellationToken, Task> hook in Hooks.Successor)
        {
            hooks.Add(async cancel =>
            {
                // A copy: changes of a hook that fails or is late must not count.
                var start = new SuccessorStartContext(latest, generation, request.Trigger);
                await hook(start, cancel).ConfigureAwait(false);
                StartCommand result = latest = start.Apply(context.Logger.HookVariableDropped);
                context.Loop.Post(() => changed(result));
            });
        }

        if (hooks.Count > 0)
        {
            begun();
        }

        return Run($"before {SignalAction.Restart} by {request.Trigger}", hooks, then);
    }

    internal void AfterRestart(RestartRequest request, RestartRecord restart, RestartException? failure)
    {
        if (failure is not null)
        {
            var told = new FailedRestartContext { Restart = restart, Exception = failure };
            Run("after a failed restart", Bound(Hooks.Failed, told), then: () => { });
        }

        After(SignalAction.Restart, request.Trigger, restart);
    }

    /// <summary>Calls the hooks of a process that ends, and goes on when no hook runs any more.</summary>
    internal void Depart(DepartureReason reason, int? successorPid, Action then)
    {
        if (!Hooks.HasAny)
        {
            then();
            return;
        }

        // After everything of this moment, such as the end of a restart, which has hooks too.
        var told = new DepartureContext { Reason = reason, SuccessorPid = successorPid };
        context.Loop.Post(() => Run($"at the departure ({reason})", Bound(Hooks.Departure, told), then: () => WhenIdle(then)));
    }

    /// <summary>Goes on without hooks that still run.</summary>
    internal void GiveUpAll() => _waits.ToList().ForEach(w => w.GiveUp());

    private void WhenIdle(Action then)
    {
        _whenIdle = then;
        GoOnIfIdle(ended: null);
    }

    private void GoOnIfIdle(HookWait? ended)
    {
        if (ended is not null)
        {
            _waits.Remove(ended);
        }

        if (_waits.Count == 0)
        {
            Interlocked.Exchange(ref _whenIdle, null)?.Invoke();
        }
    }

    private List<Func<CancellationToken, Task>> Bound(
        SignalAction action, RestartTrigger trigger, bool before, RestartRecord? restart = null) =>
        Bound(Hooks.Of(action, before), new RestartHookContext { Action = action, Trigger = trigger, Restart = restart });

    private static List<Func<CancellationToken, Task>> Bound<T>(IEnumerable<Func<T, CancellationToken, Task>> hooks, T told) =>
        [.. hooks.Select(hook => (Func<CancellationToken, Task>)(cancel => hook(told, cancel)))];

    private HookWait? Run(string moment, List<Func<CancellationToken, Task>> hooks, Action then)
    {
        if (hooks.Count == 0)
        {
            then();
            return null;
        }

        var wait = new HookWait(moment, context, GoOnIfIdle);
        _waits.Add(wait);
        wait.Begin(hooks, then);
        return wait;
    }
}

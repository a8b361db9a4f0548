namespace Baton;

/// <summary>
/// The application's own work around what a signal, the API or an operator asks for. Hooks of one moment run one after another,
/// in the order of their registration (those of <see cref="OnDeparture"/> in the reverse), on a thread of their own, and have
/// <see cref="RestarterOptions.HookTimeout"/> together: then their token is cancelled and things go on without them, as they do
/// when one throws, which is logged. Register them before the restarter starts.
/// </summary>
public sealed class RestartHooks
{
    private readonly List<(
        SignalAction Action, bool Before, Func<RestartHookContext, CancellationToken, Task> Hook)> _actions = [];
    private readonly List<Func<SuccessorStartContext, CancellationToken, Task>> _successor = [];
    private readonly List<Func<FailedRestartContext, CancellationToken, Task>> _failed = [];
    private readonly List<Func<DepartureContext, CancellationToken, Task>> _departure = [];

    internal RestartHooks()
    {
    }

    internal bool HasAny => _actions.Count + _successor.Count + _failed.Count + _departure.Count > 0;

    internal IReadOnlyList<Func<SuccessorStartContext, CancellationToken, Task>> Successor => _successor;

    internal IReadOnlyList<Func<FailedRestartContext, CancellationToken, Task>> Failed => _failed;

    /// <summary>The last one registered first.</summary>
    internal IEnumerable<Func<DepartureContext, CancellationToken, Task>> Departure => Enumerable.Reverse(_departure);

    /// <summary>
    /// Before an action, whoever asked for it. Restart: it was accepted, nothing is started yet; a shutdown that is asked
    /// meanwhile gives it up. Shutdown and force: this process does what it did so far until the hooks have ended; who asks for
    /// force a second time does not wait for them. Ignore and hook only: a signal of that kind has come.
    /// </summary>
    /// <param name="action">Which.</param>
    /// <param name="hook">The work.</param>
    public void Before(SignalAction action, Func<RestartHookContext, CancellationToken, Task> hook) =>
        Add(action, before: true, hook);

    /// <summary>
    /// After an action. Restart: it is over, well or not, as <see cref="RestartHookContext.Restart"/> tells. Shutdown: this
    /// process has stopped accepting, and its open work goes on. Force: what was open has been cut. Nothing waits for these hooks
    /// but the end of the process.
    /// </summary>
    /// <param name="action">Which.</param>
    /// <param name="hook">The work.</param>
    public void After(SignalAction action, Func<RestartHookContext, CancellationToken, Task> hook) =>
        Add(action, before: false, hook);

    /// <summary>
    /// Before a successor is started and before its program is checked: the hook may change its arguments and its environment.
    /// What one that throws, or is late, has changed does not count.
    /// </summary>
    /// <param name="hook">The work.</param>
    public void BeforeSuccessor(Func<SuccessorStartContext, CancellationToken, Task> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        _successor.Add(hook);
    }

    /// <summary>
    /// After a restart that has failed or was rolled back; not after one that was refused, since nothing had begun.
    /// </summary>
    /// <param name="hook">The work.</param>
    public void AfterFailedRestart(Func<FailedRestartContext, CancellationToken, Task> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        _failed.Add(hook);
    }

    /// <summary>
    /// When this process leaves for good and nothing is open any more: at a shutdown, and after a handover in the old process.
    /// The host's services are stopped afterwards. The hook that was registered last runs first. Not called when the process
    /// crashes or is ended hard.
    /// </summary>
    /// <param name="hook">The work.</param>
    public void OnDeparture(Func<DepartureContext, CancellationToken, Task> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        _departure.Add(hook);
    }

    internal IEnumerable<Func<RestartHookContext, CancellationToken, Task>> Of(SignalAction action, bool before) =>
        _actions.Where(h => h.Action == action && h.Before == before).Select(h => h.Hook);

    private void Add(SignalAction action, bool before, Func<RestartHookContext, CancellationToken, Task> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        _actions.Add((action, before, hook));
    }
}

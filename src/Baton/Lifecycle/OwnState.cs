using Baton.Handover;
using Baton.Resources;

namespace Baton.Lifecycle;

/// <summary>
/// The state that this process has from its predecessor: loaded before its gate opens, and handed back at a roll back as far as
/// the predecessor wants it. Lives on the control loop.
/// </summary>
internal sealed class OwnState(ProcessLifecycle lifecycle, LifecycleContext context)
{
    private IReadOnlyList<StateRow> _rows = [];
    private StateWait? _loading;
    private Action? _serveAlone;

    /// <summary>The predecessor has closed its gate, and waits for the answer.</summary>
    internal void Load(IReadOnlyList<StateRow> rows)
    {
        _rows = rows;
        foreach (StateRow row in rows.Where(r => !context.State.Names.Contains(r.Name)))
        {
            context.Logger.StateUnknown(row.Name, Environment.ProcessId);
        }

        _loading = new StateWait(context, Loaded);
        _loading.Begin(ended => context.State.Load(rows, handedBack: false, ended));
    }

    /// <summary>
    /// The predecessor is dead, and no other process can serve: this one does, as soon as it has tried to load.
    /// </summary>
    internal void ServeAlone(Action serve)
    {
        if (_loading is { IsOver: false })
        {
            _serveAlone = serve;
        }
        else
        {
            serve();
        }
    }

    /// <summary>This process serves: says which items it has had to start without.</summary>
    internal void NoteMissing()
    {
        if (context.Predecessor is { } predecessor)
        {
            foreach (string name in context.State.Names.Where(n => !_rows.Any(r => r.Name == n)))
            {
                context.Logger.StateMissing(name, predecessor.Pid, Environment.ProcessId);
            }
        }
    }

    private void Loaded(string? problem)
    {
        if (_serveAlone is { } serve)
        {
            if (problem is not null)
            {
                context.Logger.StateLost(Environment.ProcessId, problem);
            }

            serve();
        }
        else if (problem is null)
        {
            context.TellPredecessor(new HandoverMessage.Loaded());
        }
        else
        {
            lifecycle.Start.GiveUp($"it could not load what it was passed: {problem}");
        }
    }
}

using Baton.Handover;
using Baton.Resources;

namespace Baton.Lifecycle;

/// <summary>
/// The state that this process got from its predecessor: loaded before its gate opens, and handed back at a roll back if the
/// predecessor wants it. Lives on the control loop.
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

    /// <summary>Whether the predecessor wants state back at a roll back.</summary>
    internal bool IsWantedBack => WantedBack.Length > 0;

    private string[] WantedBack =>
        [.. _rows.Where(r => r.IsWantedBack && context.State.Names.Contains(r.Name)).Select(r => r.Name)];

    /// <summary>
    /// This process gives back with a closed gate: it stops what it would stop before a handover, saves what the predecessor
    /// wants, and sends it.
    /// </summary>
    /// <param name="then">Called when that is done or given up. The predecessor is told either way.</param>
    internal void HandBack(Action then)
    {
        // There is no way back: the predecessor takes over.
        ICommitStep[] steps = [.. context.CommitSteps.Where(s => s is not StateStep)];
        var stop = new StepRun(steps, context, static _ => { }, problem =>
        {
            if (problem is not null)
            {
                Send(problem.What, then);
                return;
            }

            var saving = new StateWait(context, missing => Send(missing, then));
            saving.Begin(ended => context.State.Save(WantedBack.Contains, ended));
        });
        stop.Begin();
    }

    /// <summary>The predecessor is dead, and no other process can serve: this one does, after it has tried to load.</summary>
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

    /// <summary>This process serves: logs the items that it had to start without.</summary>
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

    private void Send(string? missing, Action then)
    {
        context.Try(() => context.Predecessor!.TryHandBack(missing));
        then();
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

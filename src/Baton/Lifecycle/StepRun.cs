namespace Baton.Lifecycle;

/// <summary>Runs commit steps one after another, each within its limit. Lives on the control loop.</summary>
/// <param name="steps">The steps, in their order.</param>
/// <param name="context">What it works with.</param>
/// <param name="entered">Called with the phase of each step.</param>
/// <param name="over">Called at most once: null for success, else why it failed.</param>
internal sealed class StepRun(
    IReadOnlyList<ICommitStep> steps, LifecycleContext context, Action<PhaseName> entered, Action<RestartFault?> over)
{
    private readonly Stack<ICommitStep> _begun = new();
    private LoopTimer? _limit;
    private bool _over;

    /// <summary>Whether a late step is left behind where it allows that. Default false: it fails the run.</summary>
    internal bool LeavesLateBehind { get; init; }

    internal void Begin() => Next(0);

    /// <summary>Ends the run, and undoes the steps that have begun, the last one first.</summary>
    internal void Undo()
    {
        Close();
        while (_begun.TryPop(out ICommitStep? step))
        {
            context.Try(step.Undo);
        }
    }

    // A step without work costs nothing.
    private void Next(int index)
    {
        while (index < steps.Count && !steps[index].HasWork)
        {
            index++;
        }

        if (index < steps.Count)
        {
            Take(steps[index], () => Next(index + 1));
        }
        else
        {
            End(null);
        }
    }

    private void Take(ICommitStep step, Action then)
    {
        entered(step.Name);
        _begun.Push(step);
        LoopTimer limit = null!;
        limit = _limit = context.Loop.Schedule(step.Limit, () => Late(limit, step, then));
        try
        {
            step.Begin(problem => context.Loop.Post(() => Ended(limit, problem, then)));
        }
        catch (Exception e)
        {
            RestartFailure failure = (e as RestartException)?.Failure ?? RestartFailure.ProtocolError;
            End(new RestartFault(failure, $"the step \"{step.Name.Text}\" failed: {e.Message}"));
        }
    }

    private void Late(LoopTimer limit, ICommitStep step, Action then)
    {
        bool isLeftBehind = LeavesLateBehind && step.TryLeaveBehind();
        Ended(limit, isLeftBehind ? null : $"{step.Unfinished} within {step.Limit.TotalSeconds:0.###} s", then);
    }

    // A step that was given up or left behind may end later, and changes nothing then.
    private void Ended(LoopTimer limit, string? problem, Action then)
    {
        if (_over || limit != _limit)
        {
            return;
        }

        _limit = null;
        limit.Cancel();
        if (problem is null)
        {
            then();
        }
        else
        {
            End(new RestartFault(RestartFailure.PreparationFailed, problem));
        }
    }

    private void End(RestartFault? fault)
    {
        if (!_over)
        {
            Close();
            over(fault);
        }
    }

    private void Close()
    {
        _over = true;
        _limit?.Cancel();
    }
}

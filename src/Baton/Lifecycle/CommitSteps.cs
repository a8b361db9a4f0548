using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>
/// The steps from a ready successor to the commit, and the way back. No process accepts meanwhile and connections wait in the
/// kernel, so each step has a limit. Lives on the control loop.
/// </summary>
/// <param name="successor">The successor that is ready.</param>
/// <param name="generation">The successor's generation.</param>
/// <param name="context">The context of the lifecycle.</param>
/// <param name="entered">Called with each phase.</param>
/// <param name="happened">Receives the result.</param>
internal sealed class CommitSteps(
    ISuccessor successor,
    int generation,
    LifecycleContext context,
    Action<PhaseName> entered,
    Action<RestartEvent, RestartFault?> happened)
{
    private readonly Stack<ICommitStep> _begun = new();
    private LoopTimer? _limit;
    private bool _named;
    private bool _over;

    private RestarterOptions Options => context.Options;

    /// <summary>
    /// Closes the gate, then runs the <see cref="LifecycleContext.CommitSteps"/> one after another. Without work for them the
    /// commit follows at once.
    /// </summary>
    internal void Begin()
    {
        entered(PhaseName.Commit);
        context.Try(context.Endpoints.CloseGate);
        Next(0);
    }

    /// <summary>Passes on the resources that only one process may use.</summary>
    internal void PassOn()
    {
        _named = true;
        entered(PhaseName.Commit);
        context.Try(() => context.Endpoints.NameMain(successor.Pid));
        context.Feed.Publish(new LifecycleEvent.HandingOver(successor.Pid, generation, Options.Probation));
        bool loads;
        try
        {
            loads = successor.PassAtCommit();
        }
        catch (Exception e)
        {
            Fail("could not be passed what only one process may use", e);
            return;
        }

        if (loads)
        {
            happened(RestartEvent.ResourcesSent, null);
        }
        else
        {
            TellToServe();
        }
    }

    /// <summary>The last step: the successor has everything that it needs.</summary>
    internal void TellToServe()
    {
        try
        {
            successor.Commit(Options.Probation, Heartbeat.IntervalOf(Options), context.Terms.Give());
        }
        catch (Exception e)
        {
            Fail("could not be told to serve", e);
            return;
        }

        happened(RestartEvent.Committed, null);
    }

    /// <summary>
    /// The successor never got its commit, so it does not serve, and is killed first. Then this process accepts again.
    /// </summary>
    internal void GoBack()
    {
        _over = true;
        _limit?.Cancel();
        while (_begun.TryPop(out ICommitStep? step))
        {
            context.Try(step.Undo);
        }

        context.Try(context.Endpoints.OpenGate);
        if (_named)
        {
            context.Try(() => context.Endpoints.NameMain(Environment.ProcessId));
            context.Feed.Publish(new LifecycleEvent.ServesAgain(generation - 1));
        }
    }

    private void Next(int index)
    {
        while (index < context.CommitSteps.Count && !context.CommitSteps[index].HasWork)
        {
            index++;
        }

        if (index < context.CommitSteps.Count)
        {
            Take(context.CommitSteps[index], () => Next(index + 1));
        }
        else
        {
            happened(RestartEvent.Prepared, null);
        }
    }

    private void Take(ICommitStep step, Action then)
    {
        entered(step.Name);
        _begun.Push(step);
        LoopTimer limit = _limit = context.Loop.Schedule(step.Limit, () => Refuse(
            RestartFailure.PreparationFailed,
            $"could not be told to serve: {step.Unfinished} within {step.Limit.TotalSeconds:0.###} s"));
        try
        {
            step.Begin(problem => context.Loop.Post(() => Ended(limit, problem, then)));
        }
        catch (Exception e)
        {
            limit.Cancel();
            Fail($"the step \"{step.Name.Text}\" failed", e);
        }
    }

    private void Ended(LoopTimer limit, string? problem, Action then)
    {
        // Else it was given up meanwhile, or has ended before.
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
            Refuse(RestartFailure.PreparationFailed, $"could not be told to serve: {problem}");
        }
    }

    private void Fail(string what, Exception cause) =>
        Refuse((cause as RestartException)?.Failure ?? RestartFailure.ProtocolError, $"{what}: {cause.Message}");

    private void Refuse(RestartFailure failure, string what) =>
        happened(RestartEvent.CommitFailed, new RestartFault(failure, $"was ready, but {what}") { KillAfter = TimeSpan.Zero });
}

using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>
/// The steps from a ready successor to the commit, and the way back. No process accepts meanwhile and connections wait in the
/// kernel, so each step has a limit. Lives on the control loop.
/// </summary>
/// <param name="successor">The successor that is ready.</param>
/// <param name="generation">The successor's generation.</param>
/// <param name="trial">The successor's probation.</param>
/// <param name="context">The context of the lifecycle.</param>
/// <param name="entered">Called with each phase.</param>
/// <param name="happened">Receives the result.</param>
internal sealed class CommitSteps(
    ISuccessor successor,
    int generation,
    Trial trial,
    LifecycleContext context,
    Action<PhaseName> entered,
    Action<RestartEvent, RestartFault?> happened)
{
    private StepRun? _steps;
    private bool _named;

    /// <summary>
    /// Closes the gate, then runs the <see cref="LifecycleContext.CommitSteps"/> one after another. Without work for them the
    /// commit follows at once.
    /// </summary>
    internal void Begin()
    {
        entered(PhaseName.Commit);
        context.Try(context.Endpoints.CloseGate);
        _steps = new StepRun(context.CommitSteps, context, entered, Prepared) { LeavesLateBehind = true };
        _steps.Begin();
    }

    /// <summary>Passes on the resources that only one process may use.</summary>
    internal void PassOn()
    {
        _named = true;
        entered(PhaseName.Commit);
        if (!successor.IsTaker)
        {
            // One that takes over by itself names itself: its number may be another one here.
            context.Try(() => context.Endpoints.NameMain(successor.Pid));
        }

        context.Feed.Publish(new LifecycleEvent.HandingOver(successor.Pid, generation, trial.Length)
        {
            AwaitsConfirm = trial.AwaitsConfirm, ToTaker = successor.IsTaker,
        });
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
            successor.Commit(new HandoverMessage.Commit(trial.Length, Heartbeat.IntervalOf(context.Options, trial.Length))
            {
                Term = context.Terms.Give(),
                AwaitsConfirm = trial.AwaitsConfirm,
            });
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
        _steps?.Undo();
        context.Try(context.Endpoints.OpenGate);
        if (_named)
        {
            context.Try(() => context.Endpoints.NameMain(Environment.ProcessId));
            context.Feed.Publish(new LifecycleEvent.ServesAgain(generation - 1));
        }
    }

    private void Prepared(RestartFault? fault)
    {
        if (fault is null)
        {
            happened(RestartEvent.Prepared, null);
        }
        else
        {
            Refuse(fault.Failure, $"could not be told to serve: {fault.What}");
        }
    }

    private void Fail(string what, Exception cause) =>
        Refuse((cause as RestartException)?.Failure ?? RestartFailure.ProtocolError, $"{what}: {cause.Message}");

    private void Refuse(RestartFailure failure, string what) =>
        happened(RestartEvent.CommitFailed, new RestartFault(failure, $"was ready, but {what}") { KillAfter = TimeSpan.Zero });
}

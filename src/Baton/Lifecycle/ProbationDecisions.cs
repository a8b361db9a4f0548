namespace Baton.Lifecycle;

/// <summary>
/// What somebody decides of a restart on probation: roll it back, or confirm it. Either of its two processes may be asked; the
/// answer is the outcome. Lives on the control loop.
/// </summary>
internal sealed class ProbationDecisions(ProcessLifecycle lifecycle, LifecycleContext context)
{
    private readonly List<ProbationRequest> _pending = [];

    private static int Pid => Environment.ProcessId;

    internal void Request(ProbationRequest request)
    {
        bool rollsBack = request.Decision == ProbationDecision.RollBack;
        LifecycleInput input = rollsBack ? LifecycleInput.RollBackAsked : LifecycleInput.ConfirmAsked;
        RestartFailure? refusal =
            lifecycle.Shutdown.IsAsked ? RestartFailure.Stopping : LifecycleTable.Next(lifecycle.State, input).Refusal;
        (RestartFailure Failure, string Why)? no =
            refusal is { } failure ? (failure, Explain(failure)) : WhyNot(request.Decision);
        if (no is { } reason)
        {
            context.Logger.DecisionRefused(Name(request), request.Trigger, reason.Why);
            request.Fail(new RestartException(
                reason.Failure, $"{Name(request)} by {request.Trigger} was refused: {reason.Why}."));
            return;
        }

        context.Logger.DecisionAsked(Name(request), request.Trigger);
        bool isFirst = !_pending.Exists(p => p.Decision == request.Decision);
        _pending.Add(request);
        request.Accept();
        if (isFirst)
        {
            Begin(request);
        }
    }

    /// <summary>In a successor: its predecessor serves again.</summary>
    internal void TakenBack()
    {
        string holds = $"process {context.Predecessor!.Pid} serves again; process {Pid} finishes its work and ends";
        End(ProbationDecision.RollBack, holds, RestartFailure.NotOnProbation);
    }

    /// <summary>In a successor: it serves for good.</summary>
    internal void Kept(string reason) => End(
        ProbationDecision.Confirm,
        $"process {Pid}, generation {lifecycle.Generation}, serves for good: {reason}",
        RestartFailure.PeerLost);

    /// <summary>In a successor: its predecessor does not answer.</summary>
    internal void Unanswered() => Fail(
        ProbationDecision.RollBack,
        RestartFailure.PeerLost,
        $"process {context.Predecessor!.Pid} does not answer; process {Pid} serves meanwhile, and gives back when it does");

    /// <summary>In a predecessor: it serves again.</summary>
    internal void ServesAgain() => End(ProbationDecision.RollBack, $"process {Pid} serves again", RestartFailure.NotOnProbation);

    /// <summary>In a predecessor: the successor serves for good.</summary>
    internal void SuccessorProved(int? successor) =>
        End(ProbationDecision.Confirm, $"process {successor} serves for good", RestartFailure.AlreadyHandedOver);

    /// <summary>A shutdown was asked, which means the service.</summary>
    internal void ServiceEnds()
    {
        Fail(ProbationDecision.RollBack, RestartFailure.Stopping, "the service shuts down");
        Fail(ProbationDecision.Confirm, RestartFailure.Stopping, "the service shuts down");
    }

    /// <summary>
    /// A shutdown was asked. Of a takeover each process has its own supervisor: a stop of one of them means that process alone.
    /// </summary>
    /// <returns>Whether this process leaves, and the other one serves.</returns>
    internal bool LeavesToTheOther(RestartTrigger trigger)
    {
        if (lifecycle.State == ProcessState.HandedOver
            && lifecycle.Restarts.Successor is { Watch: { IsTaker: true, SuccessorLives: true } } taker)
        {
            context.Logger.ShutdownAsked(trigger);
            taker.Leave();
            return true;
        }

        if (lifecycle.State == ProcessState.OnProbation && context.Predecessor is { HasNotStartedThis: true }
            && !lifecycle.Probation.IsUnanswered)
        {
            context.Logger.ShutdownAsked(trigger);
            lifecycle.Probation.Leave(trigger, $"it was asked to shut down by {trigger}");
            return true;
        }

        return false;
    }

    private static string Name(ProbationRequest request) =>
        request.Decision == ProbationDecision.RollBack ? "Roll back" : "Confirmation";

    private void Begin(ProbationRequest request)
    {
        bool rollsBack = request.Decision == ProbationDecision.RollBack;
        if (lifecycle.State == ProcessState.HandedOver)
        {
            var asked = new RestartFault(RestartFailure.RolledBack, RollBack.Asked(request.Trigger));
            lifecycle.Restarts.Successor!.Happened(rollsBack ? RestartEvent.RollBackAsked : RestartEvent.ConfirmAsked, asked);
        }
        else if (rollsBack)
        {
            // No effect if it steps back already: then it gets the outcome of that.
            lifecycle.Probation.GiveBackAsAsked(RollBack.Asked(request.Trigger));
        }
        else if (!context.TellPredecessor(new Handover.HandoverMessage.ConfirmAsked(request.Trigger)))
        {
            lifecycle.Probation.Keep("the predecessor is gone");
        }
    }

    // On probation, with something to be said against it.
    private (RestartFailure Failure, string Why)? WhyNot(ProbationDecision decision)
    {
        bool isPredecessor = lifecycle.State == ProcessState.HandedOver;
        if (decision == ProbationDecision.Confirm && !lifecycle.AwaitsConfirm)
        {
            return (RestartFailure.NotOnProbation, "no restart waits to be confirmed; the probation passes by itself");
        }

        if (_pending.Exists(p => p.Decision != decision))
        {
            bool rolls = decision == ProbationDecision.Confirm;
            return (RestartFailure.InProgress, rolls ? "it is being rolled back" : "it is being confirmed");
        }

        bool isLate = isPredecessor
            ? lifecycle.Restarts.Successor?.Stage is not (RestartStage.OnProbation or RestartStage.TimeIsUp)
            : lifecycle.Probation.StepsBack || lifecycle.Probation.IsUnanswered;
        if (decision == ProbationDecision.Confirm && isLate)
        {
            return (RestartFailure.NotOnProbation, "it is too late: the old process is about to serve again");
        }

        if (decision == ProbationDecision.Confirm && isPredecessor && !lifecycle.Restarts.Successor!.Watch.SuccessorLives)
        {
            return (RestartFailure.NotOnProbation, "the new process has ended: the old one is about to serve again");
        }

        return decision == ProbationDecision.RollBack && !isPredecessor && lifecycle.Probation.IsUnanswered
            ? (RestartFailure.PeerLost, $"process {context.Predecessor!.Pid} does not answer; process {Pid} serves meanwhile")
            : null;
    }

    // What to do instead.
    private string Explain(RestartFailure refusal) => refusal switch
    {
        RestartFailure.NotOnProbation =>
            $"no restart is on probation; process {Pid} serves for good. To go back, restart with the former program: "
                + "baton restart --program PATH",
        RestartFailure.InProgress =>
            "a restart is in progress whose successor does not serve yet; ask again when it does",
        RestartFailure.AlreadyHandedOver =>
            $"the probation is over, and process {lifecycle.Restarts.SuccessorPid} serves for good. To go back, restart it with "
                + "the former program: baton restart --program PATH",
        _ => Refusals.Describe(refusal, lifecycle.Restarts.SuccessorPid),
    };

    private void End(ProbationDecision came, string holds, RestartFailure failure)
    {
        foreach (ProbationRequest request in Take(came))
        {
            request.Succeed(holds);
        }

        Fail(came == ProbationDecision.RollBack ? ProbationDecision.Confirm : ProbationDecision.RollBack, failure, holds);
    }

    private void Fail(ProbationDecision decision, RestartFailure failure, string holds)
    {
        foreach (ProbationRequest request in Take(decision))
        {
            request.Fail(new RestartException(failure, $"{Name(request)} by {request.Trigger} did not come about: {holds}."));
        }
    }

    private ProbationRequest[] Take(ProbationDecision decision)
    {
        ProbationRequest[] taken = [.. _pending.Where(p => p.Decision == decision)];
        _pending.RemoveAll(p => p.Decision == decision);
        return taken;
    }
}

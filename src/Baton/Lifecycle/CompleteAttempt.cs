using Baton.Handover;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>
/// A restart without handover: this process stops accepting, finishes its work, starts the program, and ends. If the program
/// cannot be started, this process serves again. Nothing is known about the new process after its start. Lives on the control
/// loop.
/// </summary>
internal sealed class CompleteAttempt(
    RestartRequest request, StartCommand command, int generation, ProcessLifecycle lifecycle, LifecycleContext context)
    : RestartAttempt(request, command, generation, lifecycle, context)
{
    private readonly CancellationTokenSource _calledBack = new();
    private int? _pid;

    internal override int? SuccessorPid => _pid;

    internal override RestartStrategy Strategy => RestartStrategy.Complete;

    /// <summary>Whether open work is waited for; from any thread.</summary>
    internal bool Drains => Stage == RestartStage.Starting;

    /// <summary>Cuts the open work, if the restart waits for it, and goes on with the start.</summary>
    internal void CutDrain(RestartTrigger trigger, bool asked = true)
    {
        if (Drains)
        {
            Departure.Cut(Context, trigger, asked);
            Happen(RestartEvent.Drained);
        }
    }

    protected override void Do(RestartAction action, HandoverMessage? message, RestartFault? fault)
    {
        if (action == RestartAction.Start)
        {
            Drain();
        }
        else
        {
            Replace();
        }
    }

    private void Drain()
    {
        Account.Enter(PhaseName.Drain);
        if (Context.State.Names is { Count: > 0 } names)
        {
            Context.Logger.StateNotInComplete(string.Join(", ", names));
        }

        Context.Try(Context.Endpoints.CloseGate);
        var limit = RestartTrigger.OfDrainTimeout(Options.DrainTimeout);
        Context.Loop.Schedule(Options.DrainTimeout, () => CutDrain(limit, asked: false));
        Context.Drain(_ => Happen(RestartEvent.Drained), _calledBack.Token);
        Context.Try(Context.Work.NobodyServes);
    }

    private void Replace()
    {
        Account.Enter(PhaseName.Spawn);
        Context.Feed.Publish(new LifecycleEvent.Replacing());
        try
        {
            _pid = Context.Programs.StartPlainly(Command, Generation, Trace());
        }
        catch (Exception e)
        {
            _calledBack.Cancel();
            Context.Try(Context.Work.Resume);
            Context.Try(Context.Endpoints.OpenGate);
            NotStarted(e);
            return;
        }

        AnnounceSuccessor(_pid.Value);
        Context.Logger.StartedInPlace(_pid.Value, Generation, (long)Account.Elapsed.TotalMilliseconds);
        Happen(RestartEvent.Started);
        Lifecycle.Restarts.Replaced(this);
        Account.Succeed();
    }
}

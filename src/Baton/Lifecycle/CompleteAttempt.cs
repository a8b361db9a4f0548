using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>
/// A restart without handover: this process stops accepting, finishes its work, starts the program, and ends. If that can't be started, this process
/// serves again; what becomes of it after its start is not known here. Lives on the control loop.
/// </summary>
internal sealed class CompleteAttempt(RestartRequest request, StartCommand command, int generation, ProcessLifecycle lifecycle, LifecycleContext context)
    : RestartAttempt(request, command, generation, lifecycle, context)
{
    private readonly ProcessLifecycle _lifecycle = lifecycle;
    private readonly LifecycleContext _context = context;
    private readonly CancellationTokenSource _calledBack = new();
    private int? _pid;
    private bool _draining;
    private bool _started;

    internal override int? SuccessorPid => _pid;

    /// <summary>Whether open work is waited for.</summary>
    internal bool Drains => _draining && !_started && !Answered;

    /// <summary>Cuts what is still open, if that is waited for, and goes on with the start.</summary>
    internal void CutDrain(string trigger) => CutDrain(trigger, asked: true);

    private void CutDrain(string trigger, bool asked)
    {
        if (Drains)
        {
            Departure.Cut(_context, trigger, asked);
            Start();
        }
    }

    protected override void Proceed()
    {
        _draining = true;
        Enter("drain");
        _context.Try(_context.Endpoints.CloseGate);
        _context.Loop.Schedule(_context.Options.DrainTimeout, () => CutDrain($"the drain timeout of {_context.Options.DrainTimeout.TotalSeconds:0.###} s", asked: false));
        _context.Drain(_calledBack.Token, _ => Start());
        _context.Try(_context.Work.NobodyServes);
    }

    private void Start()
    {
        // Drained after it was cut, or given up because a shutdown was asked.
        if (_started || Answered)
        {
            return;
        }

        _started = true;
        Enter("spawn");
        _context.Feed.Publish(new LifecycleNews.Replacing());
        try
        {
            _pid = _context.Programs.StartPlainly(Command, Generation, Trace());
        }
        catch (Exception e)
        {
            _calledBack.Cancel();
            _context.Try(_context.Work.Resume);
            _context.Try(_context.Endpoints.OpenGate);
            NotBegun(e);
            return;
        }

        AnnounceSuccessor(_pid.Value, RestartStrategy.Complete);
        _context.Logger.StartedInPlace(_pid.Value, Generation, (long)Timeline.Elapsed.TotalMilliseconds);
        _lifecycle.Replaced(this);
        Succeed(new RestartOutcome(_pid.Value, Generation, RestartStrategy.Complete, Timeline.Elapsed, Timeline.Phases));
    }
}

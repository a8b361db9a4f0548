using Baton.Handover;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>
/// This process serves again instead of its successor. Requesters get the reason when it is known: the exit status, and the
/// exception behind the end, may take a moment. Lives on the control loop.
/// </summary>
internal sealed class RollBack(HandoverAttempt attempt, ISuccessor successor, SuccessorWatch watch, LifecycleContext context)
{
    private readonly string _knownLoss = watch.KnownLoss;
    private RestartFault? _unreported;
    private ReturnedSuccessor? _returned;

    internal bool IsReported => _unreported is null;

    internal void Begin(RestartFault fault, ProcessLifecycle lifecycle, Action reportTimeout)
    {
        long noticed = context.Now;
        if (fault.KillAfter is { } limit)
        {
            watch.Kill.After(limit);
        }

        lifecycle.Restarts.TakeOverAgain(attempt);
        context.Logger.RolledBack(
            successor.Pid, fault.What, Environment.ProcessId, (long)context.Since(noticed).TotalMilliseconds, _knownLoss);
        if (fault.Failure == RestartFailure.SuccessorUnhealthy)
        {
            // It lives, has stopped accepting, and finishes its work. It counts before the next restart begins.
            _returned = new ReturnedSuccessor(successor, attempt.Generation, context);
            _returned.Begin();
        }

        lifecycle.Restarts.TakeUpHeld();
        _unreported = fault;
        if (fault.Ends || fault.KillAfter is not null)
        {
            context.Loop.Schedule(context.Options.ExitTimeout, reportTimeout);
        }
        else
        {
            Report(fault.Status);
        }
    }

    /// <summary>The exception of its application, which is known only after the application has disposed its objects.</summary>
    internal void ImproveReason(RestartFault fault)
    {
        if (_unreported is { Ends: true })
        {
            _unreported = _unreported with { What = $"gave back: {fault.Words}", Words = fault.Words };
        }
    }

    /// <summary>Answers the requesters, once.</summary>
    internal void Report(ExitStatus status)
    {
        if (_unreported is { } fault)
        {
            _unreported = null;
            string loss = fault.Failure == RestartFailure.SuccessorUnhealthy ? "" : _knownLoss;
            string what = $"successor {successor.Pid} took over, then {fault.What}{loss}; rolled back";
            attempt.Account.Fail(fault with { What = what, Status = status, Cause = null }, holds: "serves again");
        }
    }

    /// <summary>Its open work.</summary>
    internal void Heard(GenerationStatus status) => _returned?.Heard(status);

    internal void Ended() => _returned?.Ended();
}

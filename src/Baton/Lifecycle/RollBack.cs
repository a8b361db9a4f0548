using Baton.Handover;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>
/// This process serves again instead of its successor. Requesters get the reason when it is known: the exit status, and the
/// exception behind the end, may take a moment. Lives on the control loop.
/// </summary>
/// <param name="attempt">The restart.</param>
/// <param name="successor">Whom it replaces.</param>
/// <param name="watch">Of the successor.</param>
/// <param name="context">What it works with.</param>
internal sealed class RollBack(HandoverAttempt attempt, ISuccessor successor, SuccessorWatch watch, LifecycleContext context)
{
    private readonly string _knownLoss = watch.KnownLoss;
    private RestartFault? _unreported;
    private ReturnedSuccessor? _returned;

    // What became of the state, for people.
    private string _state = "";

    /// <summary>The reason of one that somebody asks for.</summary>
    internal static string Asked(RestartTrigger trigger) => $"a roll back was asked by {trigger}";

    internal bool IsReported => _unreported is null;

    /// <summary>Serves again.</summary>
    /// <param name="last">Why; null for the reason that the state was awaited for.</param>
    /// <param name="state">The state that the successor hands back; null if it did not say that it would.</param>
    /// <param name="lifecycle">This process's.</param>
    /// <param name="reportTimeout">Called when nothing more is to be known of the reason.</param>
    internal void Begin(RestartFault? last, StateReturn? state, ProcessLifecycle lifecycle, Action reportTimeout)
    {
        string? problem = "the successor has handed nothing back";
        RestartFault fault = state?.End(last, out problem) ?? last!;
        _state = StateReturn.Describe(problem, context);
        long noticed = context.Now;
        if (fault.KillAfter is { } limit)
        {
            watch.Kill.After(limit);
        }

        lifecycle.Restarts.TakeOverAgain(attempt);
        context.Logger.RolledBack(
            successor.Pid, fault.What, Environment.ProcessId, (long)context.Since(noticed).TotalMilliseconds, _knownLoss);
        if (fault.GaveBack)
        {
            // It lives, has stopped accepting, and finishes its work. It counts before the next restart begins.
            _returned = new ReturnedSuccessor(successor, attempt.Generation, context);
            _returned.Begin();
            if (watch.HasEnded)
            {
                // While its state was loaded.
                _returned.Ended();
            }
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
            string loss = fault.GaveBack ? "" : _knownLoss;
            string what = $"successor {successor.Pid} took over, then {fault.What}{loss}{_state}; rolled back";
            attempt.Account.Fail(fault with { What = what, Status = status, Cause = null }, holds: "serves again");
        }
    }

    /// <summary>Its open work.</summary>
    internal void Handle(GenerationStatus status) => _returned?.Handle(status);

    internal void Ended() => _returned?.Ended();
}

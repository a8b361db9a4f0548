using Baton.Lifecycle;

namespace Baton;

/// <content>What an operator or the application decides of a restart on probation.</content>
public sealed partial class Restarter
{
    /// <summary>
    /// As <see cref="RestartAsync(string, string, CancellationToken)"/>, but the new process serves for good only when it is
    /// confirmed. Until then the old process can take over, and does so if nobody confirms in time.
    /// </summary>
    /// <param name="program">As there.</param>
    /// <param name="requestedBy">As there.</param>
    /// <param name="confirmWithin">The time for <see cref="ConfirmAsync"/>; more than zero, at most a day.</param>
    /// <param name="cancellationToken">Ends the wait, not the restart.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of its range.</exception>
    /// <exception cref="RestartException">Refused, failed, rolled back or not confirmed.</exception>
    /// <returns>The restart, once the successor serves for good.</returns>
    public Task<RestartRecord> RestartAsync(
        string? program, string? requestedBy, TimeSpan confirmWithin, CancellationToken cancellationToken = default)
    {
        if (confirmWithin <= TimeSpan.Zero || confirmWithin > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(nameof(confirmWithin), confirmWithin, "More than zero, at most a day.");
        }

        var request = new RestartRequest(RestartTrigger.OfApplication(requestedBy), program) { ConfirmWithin = confirmWithin };
        Parts.Loop.Post(() => Parts.Lifecycle.Restarts.Request(request));
        return Parts.OutcomeAsync(request, cancellationToken);
    }

    /// <summary>
    /// Takes back the restart that is on probation, whatever its health is: the old process serves again, at once. Either of the
    /// two processes can be asked.
    /// </summary>
    /// <param name="requestedBy">Who asks, for the log; null for "the application".</param>
    /// <param name="cancellationToken">Ends the wait, not the roll back.</param>
    /// <exception cref="RestartException">Refused, such as after the probation, with what to do instead; or it did not come
    /// about.</exception>
    /// <returns>A task that completes when the old process serves.</returns>
    public Task RollBackAsync(string? requestedBy = null, CancellationToken cancellationToken = default) =>
        DecideAsync(ProbationDecision.RollBack, requestedBy, cancellationToken);

    /// <summary>Confirms the restart that waits for it: the new process serves for good.</summary>
    /// <param name="requestedBy">Who confirms, for the log; null for "the application".</param>
    /// <param name="cancellationToken">Ends the wait, not the confirmation.</param>
    /// <exception cref="RestartException">Refused, because none waits or it is too late.</exception>
    /// <returns>A task that completes when the old process has given up its right to take over.</returns>
    public Task ConfirmAsync(string? requestedBy = null, CancellationToken cancellationToken = default) =>
        DecideAsync(ProbationDecision.Confirm, requestedBy, cancellationToken);

    private Task DecideAsync(ProbationDecision decision, string? requestedBy, CancellationToken cancellationToken)
    {
        var outcome = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var request = new ProbationRequest(
            decision,
            RestartTrigger.OfApplication(requestedBy),
            accepted: static () => { },
            ended: (problem, _) => End(outcome, problem));
        Parts.Loop.Post(() => Parts.Lifecycle.Decisions.Request(request));
        return outcome.Task.WaitAsync(cancellationToken);
    }

    private static void End(TaskCompletionSource outcome, RestartException? problem)
    {
        if (problem is null)
        {
            outcome.TrySetResult();
        }
        else
        {
            outcome.TrySetException(problem);
        }
    }
}

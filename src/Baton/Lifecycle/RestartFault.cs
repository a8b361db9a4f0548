using Baton.Handover;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>Why a restart fails, or a successor that served is rolled back.</summary>
/// <param name="Failure">For programs.</param>
/// <param name="What">For people; of a successor what follows its number.</param>
/// <param name="Words">The successor's own; null for none.</param>
internal sealed record RestartFault(RestartFailure Failure, string What, string? Words = null)
{
    /// <summary>How long the successor may take to end by itself; null if it has no time, or is not to be killed.</summary>
    internal TimeSpan? KillAfter { get; init; }

    /// <summary>The successor's application ends by itself: an exception behind that may still arrive.</summary>
    internal bool Ends { get; init; }

    /// <summary>How the successor ended, if it has.</summary>
    internal ExitStatus Status { get; init; }

    internal Exception? Cause { get; init; }

    /// <summary>The phases until it failed; null for those until now.</summary>
    internal IReadOnlyList<RestartPhase>? Phases { get; init; }

    /// <summary>What an event at the successor's end means for a restart that fails by it.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="served">Whether the successor was told to serve.</param>
    /// <param name="exitTimeout">How long a successor that says that it has failed may take to end.</param>
    internal static RestartFault Of(PeerEvent happened, bool served, TimeSpan exitTimeout) => happened switch
    {
        PeerEvent.Broken { Cause: var cause } =>
            new(cause.Failure, $"broke the handover: {cause.Message}") { KillAfter = TimeSpan.Zero, Cause = cause },
        PeerEvent.Closed =>
            new(RestartFailure.PeerLost, "closed its end of the handover and lives on") { KillAfter = TimeSpan.Zero },
        PeerEvent.Ended { Status: var status } when served =>
            new(RestartFailure.SuccessorDied, status.ToString()) { Status = status },
        PeerEvent.Ended { Status: var status } =>
            new(RestartFailure.SuccessorExited, $"{status} before it was ready") { Status = status },
        PeerEvent.Said { Message: HandoverMessage.Failed { Reason: var reason } } when served =>
            new(RestartFailure.SuccessorDied, $"failed: {reason}", reason) { KillAfter = exitTimeout },

        // It is about to end. Killed at once, it could not log the rest of its own account.
        PeerEvent.Said { Message: HandoverMessage.Failed { Reason: var reason } } =>
            new(RestartFailure.SuccessorFailed, $"could not start: {reason}", reason) { KillAfter = exitTimeout },
        PeerEvent.Said { Message: HandoverMessage.Unhealthy { Reason: var reason, Ends: var ends } } when served =>
            new(RestartFailure.SuccessorUnhealthy, $"{(ends ? "gave back" : "is unhealthy")}: {reason}", reason) { Ends = ends },
        PeerEvent.Said { Message: var message } =>
            new(RestartFailure.ProtocolError, $"broke the handover: it said {message.GetType().Name} before it was told to serve")
            {
                KillAfter = TimeSpan.Zero,
            },
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, message: null),
    };
}

using Baton.Handover;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>The reason why a restart fails, or a successor is rolled back.</summary>
/// <param name="Failure">For programs.</param>
/// <param name="What">The text for people; for a successor the part after its pid.</param>
/// <param name="Words">The successor's own text; null for none.</param>
internal sealed record RestartFault(RestartFailure Failure, string What, string? Words = null)
{
    /// <summary>The time for the successor to end by itself; null if it gets none, or is not to be killed.</summary>
    internal TimeSpan? KillAfter { get; init; }

    /// <summary>The successor's application ends by itself: its exception may still arrive.</summary>
    internal bool Ends { get; init; }

    /// <summary>How the successor ended, if it has.</summary>
    internal ExitStatus Status { get; init; }

    internal Exception? Cause { get; init; }

    /// <summary>Whether the successor has given back by itself: it lives, and finishes its work.</summary>
    internal bool GaveBack =>
        KillAfter is null
            && Failure is RestartFailure.SuccessorUnhealthy or RestartFailure.RolledBack or RestartFailure.JudgedBad;

    /// <summary>The phases until the failure; null for all phases so far.</summary>
    internal IReadOnlyList<RestartPhase>? Phases { get; init; }

    /// <summary>The failure that an event at the successor's end means for a restart.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="served">Whether the successor was told to serve.</param>
    /// <param name="exitTimeout">The time for a successor to end after it reported its failure.</param>
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

        // It is about to end. Killed at once, it could not log its own failure completely.
        PeerEvent.Said { Message: HandoverMessage.Failed { Reason: var reason } } =>
            new(RestartFailure.SuccessorFailed, $"could not start: {reason}", reason) { KillAfter = exitTimeout },
        PeerEvent.Said { Message: HandoverMessage.Unhealthy { IsAsked: true, Reason: var reason } } when served =>
            new(RestartFailure.RolledBack, reason),
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

using Baton.Control;

namespace Baton.Tests.Control;

/// <summary>One of each request and answer, for tests that must work for all.</summary>
internal static class ControlSamples
{
    internal static RestartRecord Record => new(
        new DateTimeOffset(2026, 11, 21, 12, 30, 0, TimeSpan.Zero), "baton, alice (uid 1000, pid 4711)", "/srv/app", Generation: 3, SuccessorPid: 4712,
        RestartFailure.ReadyTimedOut, "was not ready\n\U0001F6D1", TimeSpan.FromMilliseconds(1234),
        [new RestartPhase("spawn", "", TimeSpan.FromMilliseconds(12)), new RestartPhase("health", "3 of 4", TimeSpan.FromMilliseconds(99))]);

    internal static GenerationStatus Generation => Handover.Messages.Status with
    {
        Version = "1.2.3", StartedAt = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero), DrainLimit = TimeSpan.FromSeconds(7), DrainedAt = new DateTimeOffset(2026, 11, 21, 12, 0, 7, TimeSpan.Zero),
    };

    internal static RestartStatus Status => new(
        4711, 2, ProcessState.Restarting, PredecessorPid: 4710, SuccessorPid: null, ["tcp:127.0.0.1:80", "unix:/run/ä"], [Generation, Handover.Messages.Status], [Record])
    {
        Name = "shop", Version = "1.2.3", Program = "/srv/current/shop", StartedAt = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero),
        Restart = new RestartProgress("SIGUSR2", "health", "3 of 4", TimeSpan.FromMilliseconds(77)) { Phases = [new RestartPhase("spawn", "", TimeSpan.FromMilliseconds(12))] },
        ProbationEnds = TimeSpan.FromSeconds(3),
    };

    internal static IReadOnlyList<ControlRequest> Requests =>
    [
        new(ControlCommand.Status),
        new(ControlCommand.Restart) { Program = "/srv/app-2", Wait = false, By = "alice, pid 4711" },
        new(ControlCommand.Shutdown) { Force = true },
        new(ControlCommand.Force),
        new(ControlCommand.Watch),
        new(ControlCommand.Check) { Program = "/srv/app-2" },
    ];

    internal static IReadOnlyList<ControlAnswer> Answers =>
    [
        new ControlAnswer.Status(Status),
        new ControlAnswer.Status(Status with { Restart = null, ProbationEnds = null, StartedAt = null, LastRestarts = [], Generations = [] }),
        new ControlAnswer.Accepted(4711, 2, Until: null),
        new ControlAnswer.Accepted(4711, 2, "the probation is over"),
        new ControlAnswer.Phase("health", "3 of 4", TimeSpan.FromMilliseconds(123)),
        new ControlAnswer.State(4711, 2, ProcessState.Serving, ProcessState.Restarting),
        new ControlAnswer.Successor(4712, 3),
        new ControlAnswer.Drain(Generation, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60)),
        new ControlAnswer.Drain(Generation, TimeSpan.FromSeconds(2), Limit: null),
        new ControlAnswer.Outcome(Succeeded: false, "ReadyTimedOut", "it was not ready", Record, KeepsServing: true),
        new ControlAnswer.Outcome(Succeeded: true, Failure: null, "", Record with { Failure = null, SuccessorPid = null, Drained = TimeSpan.FromSeconds(2), Gone = TimeSpan.FromSeconds(3) }, KeepsServing: false),
        new ControlAnswer.Outcome(Succeeded: true, Failure: null, "", Record: null, KeepsServing: false),
        new ControlAnswer.End(Failure: null, ""),
        new ControlAnswer.End(ControlProtocol.Busy, "16 are connected"),
    ];
}

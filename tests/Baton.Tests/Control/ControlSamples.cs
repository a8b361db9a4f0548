using System.Runtime.InteropServices;
using Baton.Control;

namespace Baton.Tests.Control;

/// <summary>One of each request and answer, for tests that must work for all.</summary>
internal static class ControlSamples
{
    internal static RestartRecord Record => new()
    {
        AskedAt = new DateTimeOffset(2026, 11, 21, 12, 30, 0, TimeSpan.Zero), Trigger = RestartTrigger.OfControlSocket(1000, 4711, "alice"), Program = "/srv/app", Generation = 3,
        SuccessorPid = 4712, Strategy = RestartStrategy.Handover, Failure = RestartFailure.ReadyTimedOut, Explanation = "was not ready\n\U0001F6D1",
        Duration = TimeSpan.FromMilliseconds(1234), Phases = [Named("spawn").With("", TimeSpan.FromMilliseconds(12)), Named("health").With("3 of 4", TimeSpan.FromMilliseconds(99))],
    };

    internal static GenerationStatus Generation => Handover.Messages.Status with
    {
        Version = "1.2.3", StartedAt = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero), DrainLimit = TimeSpan.FromSeconds(7), DrainedAt = new DateTimeOffset(2026, 11, 21, 12, 0, 7, TimeSpan.Zero),
    };

    internal static RestartStatus Status => new()
    {
        Pid = 4711, Generation = 2, State = ProcessState.Restarting, PredecessorPid = 4710, Listeners = ["tcp:127.0.0.1:80", "unix:/run/ä"],
        Generations = [Generation, Handover.Messages.Status], LastRestarts = [Record],
        Name = "shop", Version = "1.2.3", Program = "/srv/current/shop", StartedAt = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero),
        Restart = new RestartProgress
        {
            Trigger = RestartTrigger.OfSignal(PosixSignal.SIGTERM), Elapsed = TimeSpan.FromMilliseconds(77), Current = Named("health").With("3 of 4", TimeSpan.FromMilliseconds(65)),
            Phases = [Named("spawn").With("", TimeSpan.FromMilliseconds(12))],
        },
        ProbationEnds = TimeSpan.FromSeconds(3), AwaitsConfirmation = true, WaitingServices = [new WaitingService("Ticker", "process 12 has /run/baton/shop.exclusive")],
    };

    internal static IReadOnlyList<ControlRequest> Requests =>
    [
        new(ControlCommand.Status),
        new(ControlCommand.Restart) { Program = "/srv/app-2", Wait = false, By = "alice, pid 4711" },
        new(ControlCommand.Restart) { ConfirmWithin = TimeSpan.FromMinutes(30) },
        new(ControlCommand.RollBack),
        new(ControlCommand.Confirm),
        new(ControlCommand.Shutdown) { Force = true },
        new(ControlCommand.Force),
        new(ControlCommand.Watch),
        new(ControlCommand.Check) { Program = "/srv/app-2" },
        new(ControlCommand.TakeOver) { Program = "/srv/app-2", Pid = 1 },
    ];

    internal static IReadOnlyList<ControlAnswer> Answers =>
    [
        new ControlAnswer.Status(Status),
        new ControlAnswer.Status(Status with { Restart = null, ProbationEnds = null, StartedAt = null, LastRestarts = [], Generations = [], WaitingServices = [] }),
        new ControlAnswer.Accepted(4711, 2, Until: null),
        new ControlAnswer.Channel(4711),
        new ControlAnswer.Accepted(4711, 2, "the probation is over"),
        new ControlAnswer.Phase(Named("health"), "3 of 4", TimeSpan.FromMilliseconds(123)),
        new ControlAnswer.Phase(Named("probation"), "", TimeSpan.FromMilliseconds(900)) { Limit = TimeSpan.FromSeconds(10) },
        new ControlAnswer.State(4711, 2, ProcessState.Serving, ProcessState.Restarting),
        new ControlAnswer.Successor(4712, 3),
        new ControlAnswer.Drain(Generation, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60)),
        new ControlAnswer.Drain(Generation, TimeSpan.FromSeconds(2), Limit: null),
        new ControlAnswer.Outcome(Succeeded: false, AnswerFailure.Of(RestartFailure.ReadyTimedOut), "it was not ready", Record, KeepsServing: true),
        new ControlAnswer.Outcome(Succeeded: true, Failure: null, "", Record with { Failure = null, SuccessorPid = null, ServedAfter = TimeSpan.FromSeconds(1), DrainedAfter = TimeSpan.FromSeconds(2), GoneAfter = TimeSpan.FromSeconds(3) }, KeepsServing: false),
        new ControlAnswer.Outcome(Succeeded: true, Failure: null, "", Record: null, KeepsServing: false),
        new ControlAnswer.End(Failure: null, ""),
        new ControlAnswer.End(AnswerFailure.Busy, "16 are connected"),
    ];
}

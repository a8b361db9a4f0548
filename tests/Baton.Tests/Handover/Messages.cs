using System.Runtime.InteropServices;
using System.Diagnostics;
using Baton.Handover;
using Baton.Resources;

namespace Baton.Tests.Handover;

/// <summary>One of each message, for tests that must work for all.</summary>
internal static class Messages
{
    /// <summary>The commit of the tests that are not about what it says.</summary>
    internal static readonly HandoverMessage Commit = new HandoverMessage.Commit(TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(1250)) { Term = 1_795_725_272_436, AwaitsConfirm = true };

    internal static IReadOnlyList<HandoverMessage> All { get; } =
    [
        new HandoverMessage.Hello(MinVersion: 1, MaxVersion: 3, Pid: 4711, Program: "Shop 1.2.3") { TakesMore = true, Loads = ["lock"] },
        new HandoverMessage.Resources(["lock:/run/baton/shop.lock"]),
        new HandoverMessage.Resources(["state:cache"]) { State = [Row with { Data = [1, 2, 255] }, Row with { Name = "cache", IsWantedBack = true }] },
        new HandoverMessage.Loaded(),
        new HandoverMessage.HandedBack(["state:cache"], [Row], "state hits was not saved within 10 s"),
        new HandoverMessage.MoreListeners(["tcp:127.0.0.1:81"]),
        new HandoverMessage.Dropped(["passed:client 7"]),
        new HandoverMessage.Listeners(Version: 1, Pid: 4710, Generation: 7, Keys: ["tcp:127.0.0.1:80", "unix:/run/ä#1"], More: true) { Trace = Trace },
        new HandoverMessage.Progress(Named("health"), "3 of 4"),
        new HandoverMessage.Ready(["tcp:127.0.0.1:80"]),
        new HandoverMessage.Ready(["tcp:127.0.0.1:80"]) { Takes = ["connection"] },
        new HandoverMessage.ConnectionChannel(),
        new HandoverMessage.RequestChannel(),
        new HandoverMessage.IdleConnections(["tcp:127.0.0.1:80", "tcp:127.0.0.1:81"], [[], [71, 69, 84]]),
        new HandoverMessage.Failed("no such database \"shop\" \U0001F6D1"),
        Commit,
        new HandoverMessage.Alive(Connections: 3, Requests: 5)
        {
            Traffic = new TrafficFigures { Endpoints = [new EndpointTraffic { Endpoint = "GET /a", Requests = 5_000_000_000, Failures = 2, Exceptions = 1, Latencies = [0, 5_000_000_000] }] },
            Status = Status,
        },
        new HandoverMessage.Unhealthy("the host ends by itself", Ends: true) { HandsBack = true, IsAsked = true },
        new HandoverMessage.GiveBack("a roll back was asked by an operator"),
        new HandoverMessage.ConfirmAsked(By("an operator")),
        new HandoverMessage.Stopping(By("SIGTERM")),
        new HandoverMessage.HandedOn(4712),
        new HandoverMessage.TakenBack(),
        new HandoverMessage.Confirmed([new OlderProcess(Pid: 4700, Generation: 5), new OlderProcess(Pid: 4690, Generation: 4) { WasRolledBack = true }]),
        new HandoverMessage.Shutdown(By("SIGTERM")),
        new HandoverMessage.Restart(By("SIGUSR2")),
        new HandoverMessage.History([Record, Record with { Failure = null, ServedAfter = TimeSpan.FromSeconds(3), DrainedAfter = TimeSpan.FromSeconds(4), GoneAfter = TimeSpan.FromSeconds(5) }]),
        new HandoverMessage.Report(Status),
        new HandoverMessage.Remaining(Status),
        new HandoverMessage.Force(By("an operator")),
        new HandoverMessage.Refused("too late"),
    ];

    internal static ActivityContext Trace => new(
        ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"), ActivitySpanId.CreateFromString("b7ad6b7169203331"), ActivityTraceFlags.Recorded, "vendor=a+b", isRemote: true);

    internal static RestartRecord Record => new()
    {
        AskedAt = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero), Trigger = RestartTrigger.OfSignal((PosixSignal)12), Program = "/srv/app/App", Generation = 8,
        SuccessorPid = 4711, Strategy = RestartStrategy.Handover, Failure = RestartFailure.SuccessorDied, Explanation = "was ended by SIGSEGV", Duration = TimeSpan.FromSeconds(3),
        Phases = [Named("spawn").With("", TimeSpan.FromMilliseconds(120)), Named("health").With("3 of 4", TimeSpan.FromSeconds(2))],
    };

    internal static StateRow Row => new("hits", Version: 2, Length: 3, new string('A', 64));

    internal static GenerationStatus Status => new()
    {
        Pid = 4700, Generation = 5, State = ProcessState.Draining, Connections = new Dictionary<string, int> { ["http/1.1"] = 3, ["idle"] = 1 }, RequestCount = 7,
        Requests = [new OpenRequest { Path = "/orders", Age = TimeSpan.FromSeconds(3) }, new OpenRequest { Path = "/", Age = TimeSpan.Zero }],
        LongLived = new Dictionary<string, LongLivedCount> { ["sse"] = new() { Open = 1, Told = 4, Closed = 2, Cut = 1 } },
    };

    /// <summary>Records compare lists by reference; the text of the encoded form compares what they hold.</summary>
    internal static void AssertSame(HandoverMessage expected, HandoverMessage actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equal(HandoverCodec.Encode(expected), HandoverCodec.Encode(actual));
    }
}

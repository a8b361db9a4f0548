using Baton.Control;

namespace Baton.Cli.Tests.Support;

/// <summary>What a service may say of itself.</summary>
internal static class Samples
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    internal const string Reason = "Restart by baton (uid 0, pid 990): successor 4735 could not start: InvalidOperationException: no such table: orders. Process 4711 keeps serving.";

    internal static RestartStatus Shop { get; } = Service("shop", 4711);

    internal static RestartStatus Service(string name, int pid, int generation = 3, ProcessState state = ProcessState.Serving) => new()
    {
        Pid = pid,
        Generation = generation,
        State = state,
        Listeners = ["tcp:127.0.0.1:8080"],
        Generations = [Generation(pid, generation, state)],
        Name = name,
        Version = "1.4.2",
        Program = "/srv/shop/current/Shop",
        StartedAt = Now - TimeSpan.FromMinutes(133),
    };

    internal static GenerationStatus Generation(int pid, int generation, ProcessState state, int connections = 0, int requests = 0, TimeSpan? limit = null) => new()
    {
        Pid = pid,
        Generation = generation,
        State = state,
        Connections = connections == 0 ? new Dictionary<string, int>() : new Dictionary<string, int> { ["http/1.1"] = connections },
        RequestCount = requests,
        Requests = [.. Enumerable.Range(0, requests).Select(i => new OpenRequest { Path = $"/reports/{i}", Age = TimeSpan.FromSeconds(18 - i) })],
        Version = "1.4.1",
        StartedAt = Now - TimeSpan.FromHours(30),
        DrainLimit = limit,
    };

    internal static RestartRecord Record(RestartFailure? failure = null, string explanation = "", DateTimeOffset? askedAt = null) => new()
    {
        AskedAt = askedAt ?? TimeProvider.System.GetUtcNow().AddMinutes(1),
        Trigger = RestartTrigger.OfControlSocket(0, 990, "alice"),
        Program = "/srv/shop/current/Shop",
        Generation = 4,
        SuccessorPid = 4735,
        Strategy = RestartStrategy.Handover,
        Failure = failure,
        Explanation = explanation,
        Duration = TimeSpan.FromSeconds(4.6),
        Phases = [
            PhaseName.Spawn.With("", TimeSpan.FromSeconds(0.2)), PhaseName.Commit.With("", TimeSpan.FromSeconds(0.1)), PhaseName.Probation.With("", TimeSpan.FromSeconds(4.3)),
        ],
    };

    /// <summary>As an older service says it: by its name alone.</summary>
    internal static AnswerFailure? Failure(string? name) => name is null
        ? null
        : ((ControlAnswer.End)ControlCodec.DecodeAnswer(System.Text.Encoding.UTF8.GetBytes($$"""{"kind":"end","failure":"{{name}}"}"""))).Failure;

    internal static ControlAnswer.Accepted Accepted { get; } = new(4711, 3, null);

    internal static ControlAnswer.Outcome Succeeded { get; } = new(true, null, "", Record(), KeepsServing: false);

    internal static ControlAnswer.Outcome Failed { get; } = new(false, AnswerFailure.Of(RestartFailure.SuccessorFailed), Reason, Record(RestartFailure.SuccessorFailed, Reason), KeepsServing: true);

    internal static ControlAnswer.Phase Phase(string name, string detail = "") => new(PhaseName.Own(name), detail, TimeSpan.FromMilliseconds(100));

    internal static ControlAnswer.Drain Drain(int connections) =>
        new(Generation(4711, 3, ProcessState.Draining, connections, connections / 2), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
}

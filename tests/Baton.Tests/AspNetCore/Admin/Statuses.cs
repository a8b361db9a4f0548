namespace Baton.Tests.AspNetCore.Admin;

/// <summary>Statuses for the page.</summary>
internal static class Statuses
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    internal static RestartStatus Serving => new()
    {
        Pid = 4711, Generation = 2, State = ProcessState.Serving, PredecessorPid = 4710, Listeners = ["tcp:127.0.0.1:80"], Generations = [Generation(4711, 2, ProcessState.Serving)],
        Name = "shop", Version = "1.2.3", Program = "/srv/shop", StartedAt = Now - TimeSpan.FromMinutes(3),
    };

    internal static GenerationStatus Generation(int pid, int generation, ProcessState state) => new() { Pid = pid, Generation = generation, State = state };

    internal static RestartRecord Record(params (string Name, int Ms)[] phases)
    {
        RestartPhase[] all = [.. phases.Select(p => Named(p.Name).With("", TimeSpan.FromMilliseconds(p.Ms)))];
        return new()
        {
            AskedAt = Now - TimeSpan.FromMinutes(1), Trigger = By("SIGUSR2"), Program = "/srv/shop", Generation = 2, SuccessorPid = 4711,
            Duration = TimeSpan.FromMilliseconds(phases.Sum(p => p.Ms)), Phases = all,
        };
    }

    /// <summary>Every text that there is, of somebody who means no good.</summary>
    internal static RestartStatus Of(string text)
    {
        RestartPhase phase = Named(text).With(text, TimeSpan.FromMilliseconds(200));
        RestartRecord record = new()
        {
            AskedAt = Now, Trigger = By(text), Program = text, Generation = 3, SuccessorPid = 4712, Failure = RestartFailure.SuccessorFailed, Explanation = text,
            Duration = TimeSpan.FromSeconds(1), Phases = [phase],
        };
        GenerationStatus draining = Generation(4710, 1, ProcessState.Draining) with
        {
            Connections = new Dictionary<string, int> { [text] = 1 }, RequestCount = 1, Requests = [new OpenRequest { Path = text, Age = TimeSpan.FromSeconds(1) }], Version = text,
        };
        return Serving with
        {
            State = ProcessState.Restarting,
            SuccessorPid = 4713,
            Name = text,
            Version = text,
            Program = text,
            Listeners = [text],
            Generations = [draining with { Pid = 4711, State = ProcessState.Restarting }, draining],
            LastRestarts = [record, record with { AskedAt = Now - TimeSpan.FromHours(1) }],
            Restart = new RestartProgress { Trigger = By(text), Elapsed = TimeSpan.FromSeconds(1), Current = phase, Phases = [phase] },
        };
    }
}

namespace Baton.Tests.AspNetCore.Admin;

/// <summary>Statuses for the page.</summary>
internal static class Statuses
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    internal static RestartStatus Serving => new(4711, 2, ProcessState.Serving, 4710, null, ["tcp:127.0.0.1:80"], [Generation(4711, 2, ProcessState.Serving)], [])
    {
        Name = "shop", Version = "1.2.3", Program = "/srv/shop", StartedAt = Now - TimeSpan.FromMinutes(3),
    };

    internal static GenerationStatus Generation(int pid, int generation, ProcessState state) => new(pid, generation, state, new Dictionary<string, int>(), 0, []);

    internal static RestartRecord Record(params (string Name, int Ms)[] phases)
    {
        RestartPhase[] all = [.. phases.Select(p => new RestartPhase(p.Name, "", TimeSpan.FromMilliseconds(p.Ms)))];
        return new(Now - TimeSpan.FromMinutes(1), "SIGUSR2", "/srv/shop", 2, 4711, Failure: null, "", TimeSpan.FromMilliseconds(phases.Sum(p => p.Ms)), all);
    }

    /// <summary>Every text that there is, of somebody who means no good.</summary>
    internal static RestartStatus Of(string text)
    {
        RestartPhase phase = new(text, text, TimeSpan.FromMilliseconds(200));
        RestartRecord record = new(Now, text, text, 3, 4712, RestartFailure.SuccessorFailed, text, TimeSpan.FromSeconds(1), [phase]);
        GenerationStatus draining = Generation(4710, 1, ProcessState.Draining) with
        {
            Connections = new Dictionary<string, int> { [text] = 1 }, RequestCount = 1, Requests = [new OpenRequest(text, TimeSpan.FromSeconds(1))], Version = text,
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
            Restart = new RestartProgress(text, text, text, TimeSpan.FromSeconds(1)) { Phases = [phase] },
        };
    }
}

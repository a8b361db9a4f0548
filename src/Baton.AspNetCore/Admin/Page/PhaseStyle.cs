namespace Baton.AspNetCore.Admin.Page;

/// <summary>The style class of a phase, and its meaning.</summary>
internal static class PhaseStyle
{
    /// <summary>The class in the style sheet.</summary>
    internal static string Class(RestartPhaseKind phase) => phase switch
    {
        RestartPhaseKind.Hooks => "p-hooks",
        RestartPhaseKind.Check => "p-check",
        RestartPhaseKind.Spawn => "p-spawn",
        RestartPhaseKind.Starting => "p-starting",
        RestartPhaseKind.HostedServices => "p-hosted",
        RestartPhaseKind.Health => "p-health",
        RestartPhaseKind.Callbacks => "p-callbacks",
        RestartPhaseKind.WarmUp => "p-warm",
        RestartPhaseKind.Commit or RestartPhaseKind.Services or RestartPhaseKind.State => "p-commit",
        RestartPhaseKind.Probation => "p-probation",
        RestartPhaseKind.Drain => "p-drain",
        _ => "p-other",
    };

    internal static string Meaning(RestartPhaseKind phase) => phase switch
    {
        RestartPhaseKind.Hooks => "what runs before the restart",
        RestartPhaseKind.Check => "the new program checks itself",
        RestartPhaseKind.Spawn => "until the successor says hello",
        RestartPhaseKind.Starting => "the successor builds its host",
        RestartPhaseKind.HostedServices => "the successor starts its services",
        RestartPhaseKind.Health => "its health checks",
        RestartPhaseKind.Callbacks => "what the application waits for",
        RestartPhaseKind.WarmUp => "requests to itself",
        RestartPhaseKind.Servers => "the successor waits for its other servers",
        RestartPhaseKind.Services => "the predecessor stops its exclusive services",
        RestartPhaseKind.State => "the predecessor saves its state",
        RestartPhaseKind.Commit => "from its ready until it serves",
        RestartPhaseKind.Probation => "the predecessor could take over again",
        RestartPhaseKind.Drain => "the predecessor finishes its work",
        _ => "reported by the successor",
    };
}

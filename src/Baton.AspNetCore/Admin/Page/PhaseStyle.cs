namespace Baton.AspNetCore.Admin.Page;

/// <summary>The style class of a phase, and its meaning.</summary>
internal static class PhaseStyle
{
    /// <summary>The class in the style sheet. A successor may report phases that this version does not know.</summary>
    internal static string Class(string phase) => phase switch
    {
        "hooks" or "check" or "spawn" or "starting" or "health" or "callbacks" or "commit" or "probation" or "drain" =>
            $"p-{phase}",
        "hosted services" => "p-hosted",
        "warm-up" => "p-warm",
        _ => "p-other",
    };

    internal static string Meaning(string phase) => phase switch
    {
        "hooks" => "what runs before the restart",
        "check" => "the new program checks itself",
        "spawn" => "until the successor says hello",
        "starting" => "the successor builds its host",
        "hosted services" => "the successor starts its services",
        "health" => "its health checks",
        "callbacks" => "what the application waits for",
        "warm-up" => "requests to itself",
        "commit" => "from its ready until it serves",
        "probation" => "the predecessor could take over again",
        "drain" => "the predecessor finishes its work",
        _ => "reported by the successor",
    };
}

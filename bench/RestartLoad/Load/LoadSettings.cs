using RestartLoad.Modes;
using RestartLoad.Releases;
using RestartLoad.Restarts;

namespace RestartLoad.Load;

/// <summary>All that a run is told.</summary>
internal sealed record LoadSettings
{
    public required Endpoints Endpoints { get; init; }

    public required IReadOnlyList<ModeChoice> Modes { get; init; }

    public Workload Workload { get; init; } = new();

    /// <summary>Multiplies every rate.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Of one request, from its sending to the end of its answer.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public RestartPlan Restarts { get; init; } =
        new(0, new NumberRange(500, 3000), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90), 0);

    public RestartTrigger Trigger { get; init; } = new(Signals.User2, null);

    /// <summary>Restarts into these instead, one after the other; null: into whatever is there.</summary>
    public ReleasePlan? Releases { get; init; }

    /// <summary>The load lasts at least this long.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The load goes on until it has made this many requests.</summary>
    public long MinRequests { get; init; }

    /// <summary>The load ends here whatever is missing, and what is missing makes the run fail.</summary>
    public required TimeSpan MaxDuration { get; init; }

    /// <summary>Program and arguments of the service; empty: it runs already.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Where a service that this program starts writes its output.</summary>
    public string ServiceLog { get; init; } = "";

    /// <summary>For the start of the service, and for its stop.</summary>
    public TimeSpan ServiceTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

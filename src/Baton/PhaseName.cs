namespace Baton;

/// <summary>What a phase is called, and whether Baton itself calls it so: an application may use the same words.</summary>
/// <param name="Kind">Which of Baton's own phases it is.</param>
/// <param name="Text">For people.</param>
internal readonly record struct PhaseName(RestartPhaseKind Kind, string Text)
{
    internal static PhaseName Hooks => new(RestartPhaseKind.Hooks, "hooks");

    internal static PhaseName Check => new(RestartPhaseKind.Check, "check");

    internal static PhaseName Spawn => new(RestartPhaseKind.Spawn, "spawn");

    internal static PhaseName Starting => new(RestartPhaseKind.Starting, "starting");

    internal static PhaseName HostedServices => new(RestartPhaseKind.HostedServices, "hosted services");

    internal static PhaseName Health => new(RestartPhaseKind.Health, "health");

    internal static PhaseName Callbacks => new(RestartPhaseKind.Callbacks, "callbacks");

    internal static PhaseName WarmUp => new(RestartPhaseKind.WarmUp, "warm-up");

    internal static PhaseName Servers => new(RestartPhaseKind.Servers, "servers");

    internal static PhaseName Commit => new(RestartPhaseKind.Commit, "commit");

    internal static PhaseName Services => new(RestartPhaseKind.Services, "services");

    internal static PhaseName State => new(RestartPhaseKind.State, "state");

    internal static PhaseName Probation => new(RestartPhaseKind.Probation, "probation");

    internal static PhaseName Drain => new(RestartPhaseKind.Drain, "drain");

    internal static PhaseName Start => new(RestartPhaseKind.Start, "start");

    internal static PhaseName Ready => new(RestartPhaseKind.Ready, "ready");

    /// <summary>One of the application.</summary>
    internal static PhaseName Own(string text) => new(RestartPhaseKind.Other, text);

    public override string ToString() => Text;

    internal RestartPhase With(string detail, TimeSpan duration) =>
        new() { Name = Text, Kind = Kind, Detail = detail, Duration = duration };
}

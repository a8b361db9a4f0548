namespace Baton.Hosting.Configuration;

/// <summary>Puts a value into its option.</summary>
internal delegate void BindOption<in T>(T options, OptionValue value);

/// <summary>
/// Every option that is data, by its key. One line for a new option: binding, the search for mistyped keys and
/// <c>docs/options.md</c> follow from it, and a test fails where a property has none. Made only where the section has something,
/// and what is in the section is bound in this order.
/// </summary>
internal static class OptionTable
{
    /// <summary>The rows of the core's options.</summary>
    internal static (string Key, BindOption<RestarterOptions> Bind)[] Restarter() =>
    [
        ("ReadyTimeout", static (o, v) => o.ReadyTimeout = v.Duration()),
        ("LaterServerTimeout", static (o, v) => o.LaterServerTimeout = v.Duration()),
        ("DrainTimeout", static (o, v) => o.DrainTimeout = v.Duration()),
        ("ShutdownIdleGrace", static (o, v) => o.ShutdownIdleGrace = v.Duration()),
        ("AcceptDuringShutdownIdleGrace", static (o, v) => o.AcceptDuringShutdownIdleGrace = v.Switch()),
        ("Probation", static (o, v) => o.Probation = v.Duration()),
        ("HeartbeatTimeout", static (o, v) => o.HeartbeatTimeout = v.Duration()),
        ("HandshakeTimeout", static (o, v) => o.HandshakeTimeout = v.Duration()),
        ("ExitTimeout", static (o, v) => o.ExitTimeout = v.Duration()),
        ("CrashDumpTimeout", static (o, v) => o.CrashDumpTimeout = v.Duration()),
        ("HookTimeout", static (o, v) => o.HookTimeout = v.Duration()),
        ("MaxGenerations", static (o, v) => o.MaxGenerations = v.Number()),
        ("RestartsRemembered", static (o, v) => o.RestartsRemembered = v.Number()),
        ("Strategy", static (o, v) => o.Strategy = v.Choice<RestartStrategy>()),
        ("PidFile", static (o, v) => o.PidFile = v.TextOrNone()),
        ("AllowedProgramDirectories", static (o, v) => v.Into(o.AllowedProgramDirectories, static i => i.Text())),
        ("CheckArguments", static (o, v) => v.Into(o.CheckArguments, static i => i.Text())),
        ("CheckTimeout", static (o, v) => o.CheckTimeout = v.Duration()),
        ("SignalPreset", static (o, v) => o.Signals.Use(v.Choice<SignalPreset>())),
        ("Signals", static (o, v) => v.Into(o.Signals)),
        ("Name", static (o, v) => o.Name = v.TextOrNone()),
        ("ControlSocket", static (o, v) => o.ControlSocket = v.Switch()),
        ("ControlDirectory", static (o, v) => o.ControlDirectory = v.TextOrNone()),
        ("ControlTimeout", static (o, v) => o.ControlTimeout = v.Duration()),
        ("MaxControlConnections", static (o, v) => o.MaxControlConnections = v.Number()),
    ];

    /// <summary>Those, and the rows of a host's options.</summary>
    internal static (string Key, BindOption<HostedRestartOptions> Bind)[] Hosted() =>
    [
        ("Enabled", static (o, v) => o.Enabled = v.Switch()),
        .. Restarter(),
        ("ServerName", static (o, v) => o.ServerName = v.TextOrNone()),
        ("HealthGate", static (o, v) => o.HealthGate = v.Switch()),
        ("ReadinessTag", static (o, v) => o.ReadinessTag = v.Text()),
        ("HealthPollInterval", static (o, v) => o.HealthPollInterval = v.Duration()),
        ("HealthCheckTimeout", static (o, v) => o.HealthCheckTimeout = v.Duration()),
    ];
}

using Baton.Configuration;

namespace Baton.Hosting;

/// <summary>Options of graceful restart for a host: those of the restarter, and when this process is ready to serve.</summary>
public class HostedRestartOptions : RestarterOptions
{
    /// <summary>
    /// Whether Baton does anything. Default true. With false the host runs as without Baton: no signals, no handover, no
    /// listeners of Baton. <see cref="Restarter.Default"/> is null then, and the container throws an
    /// <see cref="InvalidOperationException"/> for <see cref="Restarter"/>. To turn a running service off, stop and start it; a
    /// restart does not.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// The name of this server in log lines and in the progress of a restart, such as <c>s1</c>. For processes with several
    /// servers. 1 to 64 characters, no control characters. Default null: no name; if there are several servers, their number.
    /// </summary>
    public string? ServerName { get; set; }

    /// <summary>
    /// Whether health checks decide. A process is ready only when they are <c>Healthy</c>; <c>Degraded</c> is not enough. A
    /// successor on probation is rolled back if they are <c>Unhealthy</c> or do not answer. Default true. It means nothing in a
    /// host without health checks.
    /// </summary>
    public bool HealthGate { get; set; } = true;

    /// <summary>
    /// The tag of the health checks that decide. Default "ready". If no check has this tag, all checks decide.
    /// </summary>
    public string ReadinessTag { get; set; } = "ready";

    /// <summary>
    /// The pause between two polls of the health checks, at the start and on probation. Default 500 milliseconds; more than zero,
    /// at most a day.
    /// </summary>
    public TimeSpan HealthPollInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long one poll of the health checks may take. A poll that takes longer counts as unhealthy; the next poll waits for the
    /// same checks again. Default 5 seconds; more than zero, at most a day, or <see cref="Timeout.InfiniteTimeSpan"/>: only
    /// <see cref="RestarterOptions.ReadyTimeout"/> ends it.
    /// </summary>
    public TimeSpan HealthCheckTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether the start fails if another process, not the predecessor, holds the exclusive services of this name. Default false:
    /// this process serves, its exclusive services wait until they may run, and the log says so.
    /// </summary>
    public bool RequireExclusive { get; set; }

    /// <summary>When hosted services run that somebody else registers, such as a library. By their type.</summary>
    public HostedServiceKinds HostedServices { get; } = new();

    internal IList<Func<CancellationToken, Task>> ReadyCallbacks { get; } = [];

    /// <summary>
    /// Adds work that must complete before this process serves, such as filling a cache. Callbacks run one after another, in the
    /// order of these calls, once all hosted services are started and the health checks are healthy. One that throws fails the
    /// start: a predecessor then keeps serving, and reports the exception. All must complete within <see
    /// cref="RestarterOptions.ReadyTimeout"/>, which also cancels the token.
    /// </summary>
    /// <param name="callback">The work.</param>
    /// <exception cref="ArgumentNullException">There is no callback.</exception>
    public void ReadyWhen(Func<CancellationToken, Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ReadyCallbacks.Add(callback);
    }

    internal override void Describe(OptionVisitor o)
    {
        Enabled = o.Switch(nameof(Enabled), Enabled);
        base.Describe(o);
        ServerName = o.TextOrNone(nameof(ServerName), ServerName, IsServerName, "1 to 64 characters, no control characters");
        HealthGate = o.Switch(nameof(HealthGate), HealthGate);
        ReadinessTag = o.Text(nameof(ReadinessTag), ReadinessTag, static tag => !string.IsNullOrEmpty(tag), "any text but none");
        HealthPollInterval = o.Duration(nameof(HealthPollInterval), HealthPollInterval, DurationRange.AtMostADay);
        o.Code(nameof(HostedServices), HostedServices.Chosen.Count > 0);
        RequireExclusive = o.Switch(nameof(RequireExclusive), RequireExclusive);
        HealthCheckTimeout = o.Duration(nameof(HealthCheckTimeout), HealthCheckTimeout, DurationRange.AtMostADayOrInfinite);
    }

    private static bool IsServerName(string name) => name.Length is >= 1 and <= LongestName && !name.Any(char.IsControl);
}

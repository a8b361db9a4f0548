using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Baton.Hosting;

/// <summary>A health check that tells load balancers to move on.</summary>
public static class GracefulRestartHealthCheckExtensions
{
    /// <summary>
    /// Adds a health check that is healthy while this process accepts connections, also on probation, and fails while it starts,
    /// finishes its work after a handover, or shuts down. It decides neither about readiness nor on probation, whatever its tags
    /// are; and is healthy where graceful restart is turned off.
    /// </summary>
    /// <param name="builder">The builder of the health checks.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What it says when it fails; null for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags, to choose it by; null for none.</param>
    /// <returns>The builder.</returns>
    public static IHealthChecksBuilder AddGracefulRestart(
        this IHealthChecksBuilder builder,
        string name = "graceful_restart",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        return builder.Add(new HealthCheckRegistration(name, GracefulRestartHealthCheck.Factory, failureStatus, tags));
    }
}

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FaultyHello;

/// <summary>The release starts, and can't reach what it needs.</summary>
internal sealed class NeverHealthy : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(HealthCheckResult.Unhealthy("no answer from db-2:5432"));
}

using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FaultyHello;

/// <summary>The release is healthy until some time after its start.</summary>
internal sealed class HealthFault(TimeSpan delay) : IHealthCheck
{
    private readonly Stopwatch _since = Stopwatch.StartNew();

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_since.Elapsed < delay ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("no answer from db-2:5432"));
}

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FaultyHello;

/// <summary>The release cannot take the load: its health check fails when it had more than some requests in half a second.</summary>
internal sealed class LoadFault : IHealthCheck, IStartupFilter
{
    private const int Most = 5;
    private int _requests;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, follow) =>
        {
            Interlocked.Increment(ref _requests);
            return follow(context);
        });
        next(app);
    };

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        int requests = Interlocked.Exchange(ref _requests, 0);
        return Task.FromResult(requests > Most ? HealthCheckResult.Unhealthy($"no free connection to the database: {requests} requests") : HealthCheckResult.Healthy());
    }
}

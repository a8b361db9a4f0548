using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Production.Orders;

/// <summary>Healthy if the orders can be read.</summary>
internal sealed class DatabaseCheck(OrdersDb db) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        _ = await db.Orders.AnyAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}

using Microsoft.EntityFrameworkCore;

namespace Production.Orders;

/// <summary>Ships open orders. Exclusive: two processes would ship an order twice.</summary>
internal sealed class Shipping(IServiceScopeFactory scopes, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            OrdersDb db = scope.ServiceProvider.GetRequiredService<OrdersDb>();
            DateTime now = time.GetUtcNow().UtcDateTime;
            await db.Orders
                .Where(order => order.ShippedAt == null)
                .ExecuteUpdateAsync(orders => orders.SetProperty(order => order.ShippedAt, now), stoppingToken);
        }
    }
}

using Microsoft.EntityFrameworkCore;

namespace Production.Orders;

internal sealed class OrdersDb(DbContextOptions<OrdersDb> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();
}

using Microsoft.EntityFrameworkCore;

namespace Production.Orders;

/// <summary>Brings the schema up to date while the old process, if there is one, still serves.</summary>
internal sealed partial class DatabaseMigration(IServiceScopeFactory scopes, ILogger<DatabaseMigration> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        OrdersDb db = scope.ServiceProvider.GetRequiredService<OrdersDb>();
        string[] pending = [.. await db.Database.GetPendingMigrationsAsync(cancellationToken)];

        // MigrateAsync locks the database. A start without migrations takes no lock.
        if (pending.Length > 0)
        {
            Migrates(logger, string.Join(", ", pending));
            await db.Database.MigrateAsync(cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Information, "Migrates the database: {Pending}")]
    private static partial void Migrates(ILogger logger, string pending);
}

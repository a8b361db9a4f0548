namespace FaultyHello;

/// <summary>The release was deployed before its migration: it can't start.</summary>
internal sealed class CrashAtStart : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("no such column: orders.discount");

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

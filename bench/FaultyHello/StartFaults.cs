namespace FaultyHello;

/// <summary>The release never comes to the end of its start.</summary>
internal sealed class HangsAtStart : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, CancellationToken.None);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Background work fails when the service serves: the host stops by itself.</summary>
internal sealed class FailingWork(TimeSpan delay) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(delay, stoppingToken);
        throw new InvalidOperationException("the queue of orders is gone");
    }
}

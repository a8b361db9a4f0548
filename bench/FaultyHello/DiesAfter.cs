namespace FaultyHello;

/// <summary>The release is ready, takes over, serves, and then crashes as nobody catches what one of its threads throws.</summary>
internal sealed class DiesAfter(TimeSpan delay, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A successor has started when it has been told to serve.
        lifetime.ApplicationStarted.Register(() => new Thread(Die) { IsBackground = true, Name = "order cache" }.Start());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Die()
    {
        Thread.Sleep(delay);
        throw new InvalidOperationException("the order cache is corrupt");
    }
}

namespace TestService;

/// <summary>Starts as the process is told to, before Kestrel does.</summary>
internal sealed class BehavingService(Behaviour behaviour) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => behaviour.StartServiceAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

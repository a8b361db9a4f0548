using Baton.Lifecycle;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Baton.AspNetCore;

/// <summary>Logs each address that this server listens on, when the protocol of the address is known.</summary>
internal sealed class ListeningLog(
    BoundListeners bound, PublishedAddresses addresses, RegisteredServer server, AsideLoggers loggers)
    : IHostedLifecycleService
{
    private readonly ILogger _logger = loggers.CreateLogger("Baton.AspNetCore");

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Endpoints that Kestrel binds after a change of configuration are not published yet.
        foreach (BoundListener l in bound.Take(l => _logger.ServerListeningLater(server.ToString(), l.Address, l.Origin)))
        {
            _logger.ServerListening(addresses.SpeakTls(l.EndPoint) ? "https" : "http", server.ToString(), l.Address, l.Origin);
        }

        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Baton.Hosting;

/// <summary>
/// The application's host. Its failed start is remembered: an application that catches the exception and ends would leave the
/// predecessor without a reason.
/// </summary>
internal sealed class WatchedHost : IHost, IAsyncDisposable
{
    private readonly IHost _host;
    private readonly HostedServer _server;
    private readonly HostedReadiness _readiness;

    private WatchedHost(IHost host, HostedServer server, HostedReadiness readiness)
    {
        (_host, _server, _readiness) = (host, server, readiness);
        readiness.HostIsWatched = true;
    }

    public IServiceProvider Services => _host.Services;

    /// <summary>Puts it around the host that the container makes. Does nothing where it makes none.</summary>
    internal static void Wrap(IServiceCollection services)
    {
        if (services.LastOrDefault(d => d is { ServiceType: var type, IsKeyedService: false } && type == typeof(IHost)) is { ImplementationFactory: { } make } original)
        {
            services.Remove(original);
            services.AddSingleton<IHost>(s => new WatchedHost((IHost)make(s), s.GetRequiredService<HostedServer>(), s.GetRequiredService<HostedReadiness>()));
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _host.StartAsync(cancellationToken).ConfigureAwait(false);
            await _readiness.HostStartedAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _server.StartFailed(e);
            throw;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    public void Dispose() => _host.Dispose();

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            _host.Dispose();
        }
    }
}

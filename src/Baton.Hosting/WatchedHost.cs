using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Baton.Hosting;

/// <summary>
/// The application's host, which remembers a failed start: if the application catches the exception and ends, the predecessor
/// still gets the reason.
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

    /// <summary>Wraps the host that the container creates. Does nothing if it creates none.</summary>
    internal static void Wrap(IServiceCollection services)
    {
        ServiceDescriptor? original = services.LastOrDefault(d => !d.IsKeyedService && d.ServiceType == typeof(IHost));
        if (original is { ImplementationFactory: { } make })
        {
            services.Remove(original);
            services.AddSingleton<IHost>(s =>
                new WatchedHost((IHost)make(s), s.GetRequiredService<HostedServer>(), s.GetRequiredService<HostedReadiness>()));
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

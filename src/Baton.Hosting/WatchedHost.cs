using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Baton.Hosting;

/// <summary>
/// The application's host, whose failed start is remembered: an application that catches the exception and ends would leave the
/// predecessor without a reason.
/// </summary>
internal sealed class WatchedHost(IHost host, HostedServer server) : IHost, IAsyncDisposable
{
    public IServiceProvider Services => host.Services;

    /// <summary>Puts it around the host that the container makes. Does nothing where it makes none.</summary>
    internal static void Wrap(IServiceCollection services)
    {
        if (services.LastOrDefault(d => d is { ServiceType: var type, IsKeyedService: false } && type == typeof(IHost)) is { ImplementationFactory: { } make } original)
        {
            services.Remove(original);
            services.AddSingleton<IHost>(s => new WatchedHost((IHost)make(s), s.GetRequiredService<HostedServer>()));
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            server.StartFailed(e);
            throw;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => host.StopAsync(cancellationToken);

    public void Dispose() => host.Dispose();

    public async ValueTask DisposeAsync()
    {
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            host.Dispose();
        }
    }
}

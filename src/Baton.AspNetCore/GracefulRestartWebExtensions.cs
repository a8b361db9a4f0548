using Baton.AspNetCore.WarmingUp;
using Baton.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Baton.AspNetCore;

/// <summary>Graceful restart for ASP.NET Core.</summary>
public static class GracefulRestartWebExtensions
{
    /// <summary>
    /// Lets this application be restarted without losing a request: <c>kill -USR2</c> its process. Call it right after the builder is
    /// created. Addresses, certificates and everything else are configured as ever. A second call does nothing.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Changes the options; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <returns>The builder.</returns>
    public static WebApplicationBuilder UseGracefulRestart(this WebApplicationBuilder builder, Action<GracefulRestartOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddToServices(builder.Services, configure);
        return builder;
    }

    /// <inheritdoc cref="UseGracefulRestart(WebApplicationBuilder, Action{GracefulRestartOptions}?)"/>
    public static IWebHostBuilder UseGracefulRestart(this IWebHostBuilder builder, Action<GracefulRestartOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices(services => AddToServices(services, configure));
    }

    private static void AddToServices(IServiceCollection services, Action<GracefulRestartOptions>? configure)
    {
        if (services.Any(s => s.ServiceType == typeof(OpenConnections)))
        {
            return;
        }

        var options = new GracefulRestartOptions();
        configure?.Invoke(options);
        services.AddGracefulRestart(options);
        services.AddSingleton(options);
        services.AddSingleton<OpenConnections>();
        services.AddSingleton<ListenSockets>();
        services.AddSingleton<SideDoors>();
        services.AddSingleton<IReadinessPhase, WarmUpPhase>();

        // Kestrel asks the last registered first.
        services.AddSingleton<IConnectionListenerFactory, RestartListenerFactory>();
        services.AddSingleton<IPostConfigureOptions<SocketTransportOptions>>(s => s.GetRequiredService<ListenSockets>());

        // Outermost, so that it sees every response, also those of filters that the host adds.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, DrainStartupFilter>());
    }
}

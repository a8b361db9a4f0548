using Baton.AspNetCore.Admin;
using Baton.AspNetCore.Affinity;
using Baton.AspNetCore.LongLived;
using Baton.AspNetCore.Moving;
using Baton.AspNetCore.WarmingUp;
using Baton.Handover;
using Baton.Hosting;
using Baton.Hosting.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Baton.AspNetCore;

/// <summary>Graceful restart for ASP.NET Core.</summary>
public static class GracefulRestartWebExtensions
{
    /// <summary>
    /// Lets this application be restarted without losing a request: <c>kill -USR2</c> its process. Call it right after the
    /// builder is created. Addresses, certificates and everything else are configured as ever. Options come from the section
    /// <c>GracefulRestart</c> of the configuration as it is now, then from the code. A second call does nothing. Several hosts of
    /// one process are one service: it is ready when all are that have called this, and is restarted and shut down as one.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Changes the options; has the last word. Null for nothing to change.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OptionsValidationException">The section has an unknown key, or a value that can't be read or is out of
    /// its range; the message names the key.</exception>
    /// <returns>The builder.</returns>
    public static WebApplicationBuilder UseGracefulRestart(
        this WebApplicationBuilder builder, Action<GracefulRestartOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseGracefulRestart(builder.Configuration.GetSection(SectionBinder.DefaultSection), configure);
    }

    /// <summary>The same, with the options from a section of any name.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="section">The section that holds the options.</param>
    /// <param name="configure">Changes the options; has the last word. Null for nothing to change.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OptionsValidationException">The section has an unknown key, or a value that can't be read or is out of
    /// its range; the message names the key.</exception>
    /// <returns>The builder.</returns>
    public static WebApplicationBuilder UseGracefulRestart(
        this WebApplicationBuilder builder, IConfiguration section, Action<GracefulRestartOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        LastPlace.Claim(HubConnections.AddTo);
        AddToServices(builder.Services, section, configure);
        return builder;
    }

    /// <inheritdoc cref="UseGracefulRestart(WebApplicationBuilder, Action{GracefulRestartOptions}?)"/>
    public static IWebHostBuilder UseGracefulRestart(
        this IWebHostBuilder builder, Action<GracefulRestartOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        LastPlace.Claim(HubConnections.AddTo);
        return builder.ConfigureServices((context, services) =>
            AddToServices(services, context.Configuration.GetSection(SectionBinder.DefaultSection), configure));
    }

    /// <inheritdoc cref="UseGracefulRestart(WebApplicationBuilder, IConfiguration, Action{GracefulRestartOptions}?)"/>
    public static IWebHostBuilder UseGracefulRestart(
        this IWebHostBuilder builder, IConfiguration section, Action<GracefulRestartOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        LastPlace.Claim(HubConnections.AddTo);
        return builder.ConfigureServices(services => AddToServices(services, section, configure));
    }

    private static OpenConnections Connections(IServiceProvider services)
    {
        Restarter restarter = services.GetRequiredService<Restarter>();
        GracefulRestartOptions options = services.GetRequiredService<GracefulRestartOptions>();
        ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Baton");
        var connections = new OpenConnections(options, logger, () => restarter.Draining)
        {
            Moves = options.MoveIdleConnections && HandoverProtocol.IsSupported
                ? new ConnectionMoves(
                    options,
                    restarter.Sockets.Resources.Moving,
                    services.GetRequiredService<IOptions<SocketTransportOptions>>().Value,
                    logger)
                : null,
            Loose = options.LongLived.MaxForwardedRequests > 0 && services.GetService<HubAffinity>() is { } hubs
                ? new LooseHubConnections(hubs.Has, options)
                : null,
        };
        restarter.Parts.Work.Register(connections);
        return connections;
    }

    private static LongLivedRequests LongLivedRequests(IServiceProvider services)
    {
        RestarterParts parts = services.GetRequiredService<Restarter>().Parts;
        var requests = new LongLivedRequests(
            services.GetRequiredService<GracefulRestartOptions>(),
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Baton"),
            parts.Loop.Post);
        parts.Work.Register(requests);
        return requests;
    }

    private static RequestAffinity Affinity(IServiceProvider services) => new(
        services.GetServices<IAffinityRule>(),
        services.GetRequiredService<Restarter>().Parts.Older,
        services.GetRequiredService<GracefulRestartOptions>());

    private static ForwardedServer Forwarded(IServiceProvider services)
    {
        var server = new ForwardedServer(
            services,
            services.GetRequiredService<OpenConnections>(),
            services.GetRequiredService<RequestAffinity>(),
            services.GetRequiredService<GracefulRestartOptions>(),
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Baton"));
        server.Begin(services.GetRequiredService<Restarter>().Sockets.Resources.Moving);
        return server;
    }

    private static void AddToServices(
        IServiceCollection services, IConfiguration section, Action<GracefulRestartOptions>? configure)
    {
        if (services.HasGracefulRestart())
        {
            return;
        }

        var options = new GracefulRestartOptions();
        SectionBinder.Bind(section, options);
        configure?.Invoke(options);
        if (!services.AddGracefulRestart(options))
        {
            return;
        }

        services.AddSingleton(options);
        services.AddSingleton(Connections);
        services.AddSingleton(LongLivedRequests);
        services.AddSingleton(Affinity);
        services.AddSingleton(Forwarded);
        services.AddSingleton<ListenSockets>();
        services.AddSingleton<SideDoors>();
        services.AddSingleton<PublishedAddresses>();
        services.AddSingleton<BoundListeners>();
        services.AddSingleton<IReadinessPhase, WarmUpPhase>();
        services.AddSingleton<RestartAdmin>();

        // Before the one that waits until the process is ready: who waits is to see where.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, ListeningLog>());

        // Kestrel asks the last registered first.
        services.AddSingleton<IConnectionListenerFactory, RestartListenerFactory>();
        QuicNotice.AddTo(services);
        services.AddSingleton<IPostConfigureOptions<SocketTransportOptions>>(s => s.GetRequiredService<ListenSockets>());

        // Outermost, so that it sees every response, also those of filters that the host adds.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, DrainStartupFilter>());
    }
}

using Baton.Hosting.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Baton.Hosting;

/// <summary>Graceful restart for the generic host.</summary>
public static class GracefulRestartHostExtensions
{
    /// <summary>
    /// Restarts and shuts down this host gracefully, by signal or by the <see cref="Restarter"/> service. Call it first of all: a
    /// successor takes over its listeners here. Options come from the section <c>GracefulRestart</c> of the configuration as it
    /// is now, then from the code. A second call does nothing. Several hosts of one process are one service: it is ready when all
    /// are that have called this, and is restarted and shut down as one.
    /// </summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Changes the options; has the last word. Null for nothing to change.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OptionsValidationException">The section has an unknown key, or a value that can't be read or is out of
    /// its range; the message names the key.</exception>
    /// <returns>The builder.</returns>
    public static IHostApplicationBuilder AddGracefulRestart(
        this IHostApplicationBuilder builder, Action<HostedRestartOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddGracefulRestart(builder.Configuration.GetSection(SectionBinder.DefaultSection), configure);
    }

    /// <summary>The same, with the options from a section of any name.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="section">The section that holds the options.</param>
    /// <param name="configure">Changes the options; has the last word. Null for nothing to change.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OptionsValidationException">The section has an unknown key, or a value that can't be read or is out of
    /// its range; the message names the key.</exception>
    /// <returns>The builder.</returns>
    public static IHostApplicationBuilder AddGracefulRestart(
        this IHostApplicationBuilder builder, IConfiguration section, Action<HostedRestartOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        if (!builder.Services.HasGracefulRestart())
        {
            LastPlace.Claim();
            var options = new HostedRestartOptions();
            SectionBinder.Bind(section, options);
            configure?.Invoke(options);
            builder.Services.AddGracefulRestart(options);
        }

        return builder;
    }

    internal static bool HasGracefulRestart(this IServiceCollection services) =>
        services.Any(s => s.ServiceType == typeof(Restarter));

    /// <summary>Adds what a host needs, unless the options say that nothing is to be added.</summary>
    /// <returns>False if it is turned off.</returns>
    internal static bool AddGracefulRestart(this IServiceCollection services, HostedRestartOptions options)
    {
        try
        {
            options.Validate();
        }
        catch (ArgumentOutOfRangeException)
        {
            BadStart.Announce();
            throw;
        }

        if (!options.Enabled)
        {
            // Registered all the same, so that endpoints and services that name it can be built until they really need it.
            services.AddSingleton<Restarter>(_ => throw new InvalidOperationException(
                "Graceful restart is turned off (GracefulRestart:Enabled is false), so there is no Restarter. Code that can do " +
                    "without asks Restarter.Default, which is null then."));
            return false;
        }

        // As an instance: it belongs to the process, and outlives the container of one host.
        Restarter restarter = Restarter.StartOrJoin(options);
        services.AddSingleton(restarter);
        services.AddSingleton(restarter.Parts.Servers.Add(options.ServerName));
        services.AddSingleton<HostedServer>();
        services.AddSingleton(s => new HostedFaults(s, services, restarter));

        services.AddSingleton(options);
        services.AddTermServices();
        services.AddSingleton<AsideLoggers>();
        services.AddSingleton<HostedStates>();
        services.AddSingleton<HealthPoll>();
        services.AddSingleton(s =>
            new HostSignals(
                restarter.Parts.Options,
                s.GetRequiredService<IHostLifetime>(),
                s.GetRequiredService<IHostApplicationLifetime>()));

        // They run in the order of their registration.
        services.AddSingleton<IReadinessPhase>(s =>
            new HealthPhase(s.GetRequiredService<HealthPoll>(), options, s.GetRequiredService<AsideLoggers>()));
        services.AddSingleton<IReadinessPhase, CallbackPhase>();

        // First, so that its Starting runs before, and its Stopped after, those of all others. HostedReadiness is the last one.
        services.AddSingleton<HostedReadiness>();
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(s => new HostedRestart(
            restarter,
            s.GetRequiredService<HostedServer>(),
            s.GetRequiredService<IHostApplicationLifetime>(),
            s.GetRequiredService<HostSignals>(),
            services,
            s.GetRequiredService<HostedReadiness>(), s.GetRequiredService<HostedStates>())));
        WatchedHost.Wrap(services);

        AllowForDraining(services, restarter);
        return true;
    }

    private static void AllowForDraining(IServiceCollection services, Restarter restarter) =>
        services.AddSingleton<IPostConfigureOptions<HostOptions>>(provider =>
        {
            // The host reads its options when it is built: from now on the other servers of the process know of it.
            _ = provider.GetRequiredService<HostedServer>();
            return new PostConfigureOptions<HostOptions>(Options.DefaultName, host =>
            {
                // The drain comes before the services stop, and must not use up their time. Nor must hooks before the shutdown
                // and at the end.
                RestarterOptions options = restarter.Parts.Options;
                TimeSpan hooks = options.Hooks.HasAny ? Add(options.HookTimeout, options.HookTimeout) : TimeSpan.Zero;
                host.ShutdownTimeout = Add(
                    Add(host.ShutdownTimeout, Add(options.ShutdownIdleGrace, options.DrainTimeout)), hooks);

                // The time that the host gives its services must not be cut short by us.
                restarter.Parts.Operations.Context.Application.Allow(host.ShutdownTimeout);
            });
        });

    // The host's timers take at most 49 days. Longer means forever.
    private static TimeSpan Add(TimeSpan a, TimeSpan b) =>
        a == Timeout.InfiniteTimeSpan || b == Timeout.InfiniteTimeSpan || a.TotalDays + b.TotalDays > 49
            ? Timeout.InfiniteTimeSpan
            : a + b;
}

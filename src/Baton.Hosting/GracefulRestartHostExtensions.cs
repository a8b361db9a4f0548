using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Baton.Hosting;

/// <summary>Graceful restart for the generic host.</summary>
public static class GracefulRestartHostExtensions
{
    /// <summary>
    /// Restarts and shuts down this host gracefully, by signal or by the <see cref="Restarter"/> service. Call it first of all: a successor takes
    /// over its listeners here. A second call does nothing.
    /// </summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Changes the options; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <returns>The builder.</returns>
    public static IHostApplicationBuilder AddGracefulRestart(this IHostApplicationBuilder builder, Action<HostedRestartOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new HostedRestartOptions();
        configure?.Invoke(options);
        builder.Services.AddGracefulRestart(options);
        return builder;
    }

    internal static void AddGracefulRestart(this IServiceCollection services, HostedRestartOptions options)
    {
        if (services.Any(s => s.ServiceType == typeof(Restarter)))
        {
            return;
        }

        // As an instance: it is the process's, and outlives the container of one host.
        services.AddSingleton(Restarter.StartOrJoin(options));

        services.AddSingleton(options);
        services.AddSingleton<HealthPoll>();

        // They run in the order of their registration.
        services.AddSingleton<IReadinessPhase, HealthPhase>();
        services.AddSingleton<IReadinessPhase, CallbackPhase>();

        // First, so that its Starting runs before and its Stopping before those of all others.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, HostedRestart>());

        // Draining comes before the services stop; it must not use up the time that they are given.
        services.PostConfigure<HostOptions>(host => host.ShutdownTimeout = Add(host.ShutdownTimeout, options.DrainTimeout));
    }

    // A timer of the host takes no more than 49 days; who asks for so long means for ever.
    private static TimeSpan Add(TimeSpan a, TimeSpan b) =>
        a == Timeout.InfiniteTimeSpan || b == Timeout.InfiniteTimeSpan || a.TotalDays + b.TotalDays > 49 ? Timeout.InfiniteTimeSpan : a + b;
}

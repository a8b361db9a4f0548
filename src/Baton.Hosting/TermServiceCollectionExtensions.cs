using System.Diagnostics.CodeAnalysis;
using Baton.Hosting.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Baton.Hosting;

/// <summary>Hosted services that run only while this process serves.</summary>
public static class TermServiceCollectionExtensions
{
    /// <summary>
    /// Adds a hosted service that runs while this process serves. A new instance is made and started when the process begins to
    /// serve, and stopped, its work finished, when it hands over or ends; after a restart that was rolled back the predecessor
    /// makes a new one. While the old one finishes, the successor's may run already. Without graceful restart it runs from the
    /// start to the stop of its host.
    /// </summary>
    /// <typeparam name="TService">The hosted service. It may ask for a <see cref="ServingLifetime"/>.</typeparam>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddServingHostedService<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TService>(
        this IServiceCollection services)
        where TService : class, IHostedService =>
        Add(services, typeof(TService), ServiceKind.Serving, static s => Make<TService>(s), isOurs: true);

    /// <summary>The same by a factory, which is called for each term.</summary>
    /// <typeparam name="TService">The hosted service.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="factory">Makes the instance of one term. Where it gives the same one again, that is started again.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddServingHostedService<TService>(
        this IServiceCollection services, Func<IServiceProvider, TService> factory)
        where TService : class, IHostedService
    {
        ArgumentNullException.ThrowIfNull(factory);
        return Add(services, typeof(TService), ServiceKind.Serving, factory, isOurs: false);
    }

    /// <summary>
    /// Adds a hosted service that never runs in two processes at any moment. Like <see
    /// cref="AddServingHostedService{TService}(IServiceCollection)"/>, but the successor serves only when the predecessor's has
    /// stopped: within <see cref="RestarterOptions.ExclusiveStopTimeout"/>, else the restart is backed out. After a roll back the
    /// predecessor's starts when the successor's has stopped, or the successor is dead. A lock in <see
    /// cref="RestartControlOptions.Directory"/> keeps it from running beside that of another copy of the service that was started
    /// by hand: the copy serves, and its exclusive services wait.
    /// </summary>
    /// <typeparam name="TService">The hosted service. It may ask for a <see cref="ServingLifetime"/>.</typeparam>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddExclusiveHostedService<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TService>(
        this IServiceCollection services)
        where TService : class, IHostedService =>
        Add(services, typeof(TService), ServiceKind.Exclusive, static s => Make<TService>(s), isOurs: true);

    /// <summary>The same by a factory, which is called for each term.</summary>
    /// <typeparam name="TService">The hosted service.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="factory">Makes the instance of one term. Where it gives the same one again, that is started again.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddExclusiveHostedService<TService>(
        this IServiceCollection services, Func<IServiceProvider, TService> factory)
        where TService : class, IHostedService
    {
        ArgumentNullException.ThrowIfNull(factory);
        return Add(services, typeof(TService), ServiceKind.Exclusive, factory, isOurs: false);
    }

    /// <summary>What runs them, and what they learn of their term.</summary>
    internal static void AddTermServices(this IServiceCollection services)
    {
        services.TryAddSingleton(s => ActivatorUtilities.CreateInstance<TermServices>(s, services));
        services.TryAddSingleton(s => s.GetRequiredService<TermServices>().Lifetime);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, TermServices>(s => s.GetRequiredService<TermServices>()));
    }

    private static TService Make<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TService>(
        IServiceProvider provider) => ActivatorUtilities.CreateInstance<TService>(provider);

    // Once, as a plain hosted service.
    private static IServiceCollection Add(
        IServiceCollection services, Type type, ServiceKind kind, Func<IServiceProvider, IHostedService> make, bool isOurs)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddTermServices();
        if (!services.Any(d => d.ImplementationInstance is TermRegistration known && known.Type == type))
        {
            services.AddSingleton(new TermRegistration(type, kind, make, isOurs));
        }

        return services;
    }
}

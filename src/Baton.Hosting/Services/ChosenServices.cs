using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Baton.Hosting.Services;

/// <summary>
/// Removes hosted services with a chosen kind from the host's own services, when all are registered. The type of a factory's
/// service is its return type, or else known when it is created.
/// </summary>
internal static class ChosenServices
{
    internal static void Take(IServiceCollection services)
    {
        object? found = services.FirstOrDefault(d => d.ServiceType == typeof(HostedRestartOptions))?.ImplementationInstance;
        if (found is not HostedRestartOptions options
            || options.HostedServices.Chosen.All(c => c.Kind == ServiceKind.Always))
        {
            return;
        }

        for (int i = services.Count - 1; i >= 0; i--)
        {
            if (services[i] is { ServiceType: var type, IsKeyedService: false } descriptor && type == typeof(IHostedService))
            {
                Take(services, i, descriptor, options.HostedServices);
            }
        }
    }

    private static void Take(IServiceCollection services, int index, ServiceDescriptor descriptor, HostedServiceKinds kinds)
    {
        Type made = TypeOf(descriptor);
        if (kinds.Of(made) is { } kind and not ServiceKind.Always)
        {
            services.RemoveAt(index);
            bool isOurs = descriptor.ImplementationType is not null;
            services.AddSingleton(new TermRegistration(made, kind, Make(descriptor), isOurs));
        }
        else if (made == typeof(IHostedService) && descriptor.ImplementationFactory is { } factory)
        {
            services[index] = ServiceDescriptor.Describe(
                typeof(IHostedService), s => Look(s, factory, kinds), descriptor.Lifetime);
        }
    }

    // The host gets an empty service in its place.
    private static object Look(IServiceProvider provider, Func<IServiceProvider, object> factory, HostedServiceKinds kinds)
    {
        object first = factory(provider);
        if (kinds.Of(first.GetType()) is not ({ } kind and not ServiceKind.Always))
        {
            return first;
        }

        object? unused = first;
        provider.GetRequiredService<TermServices>().Add(new TermRegistration(
            first.GetType(), kind, s => (IHostedService)(Interlocked.Exchange(ref unused, null) ?? factory(s)), IsOurs: false));
        return new Nothing();
    }

    private static Type TypeOf(ServiceDescriptor descriptor) =>
        descriptor.ImplementationType
        ?? descriptor.ImplementationInstance?.GetType()
        ?? (descriptor.ImplementationFactory!.GetType().GenericTypeArguments is [_, var made]
            && made.IsAssignableTo(typeof(IHostedService)) ? made : typeof(IHostedService));

    [UnconditionalSuppressMessage(
        "Trimming", "IL2072", Justification = "The container keeps the constructors of what it is given as an implementation.")]
    private static Func<IServiceProvider, IHostedService> Make(ServiceDescriptor descriptor) =>
        descriptor.ImplementationType is { } type ? s => (IHostedService)ActivatorUtilities.CreateInstance(s, type)
        : descriptor.ImplementationInstance is { } instance ? _ => (IHostedService)instance
        : s => (IHostedService)descriptor.ImplementationFactory!(s);

    private sealed class Nothing : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

using Baton.Hosting.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Baton.Hosting;

/// <summary>The failed background services of this host. The host stops by itself then, without a reason.</summary>
internal sealed class HostedFaults(IServiceProvider services, IServiceCollection registrations, Restarter restarter)
{
    /// <summary>The services and their exceptions as text; null if none has failed, or the host goes on without.</summary>
    internal string? Describe()
    {
        try
        {
            return services.GetRequiredService<TermServices>().Faults ?? DescribePlain();
        }
        catch (ObjectDisposedException)
        {
            // The host is being disposed: the services are no longer available.
            return null;
        }
    }

    private string? DescribePlain()
    {
        // A service that is no singleton would be made anew by asking for it.
        if (registrations.Any(d => d.ServiceType == typeof(IHostedService) && d.Lifetime != ServiceLifetime.Singleton))
        {
            return null;
        }

        HostOptions host = services.GetRequiredService<IOptions<HostOptions>>().Value;
        if (host.BackgroundServiceExceptionBehavior != BackgroundServiceExceptionBehavior.StopHost)
        {
            return null;
        }

        string[] faults =
        [
            .. from service in services.GetServices<IHostedService>().OfType<BackgroundService>()
               where service.ExecuteTask is { IsFaulted: true }
               select $"{service.GetType().Name} failed: {restarter.Parts.Describe(service.ExecuteTask!.Exception!)}",
        ];
        return faults.Length == 0 ? null : string.Join("; ", faults);
    }
}

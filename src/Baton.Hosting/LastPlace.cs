using System.Diagnostics;
using Baton.Hosting.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Baton.Hosting;

/// <summary>
/// Registers <see cref="HostedReadiness"/> after all other hosted services, even those added after graceful restart, so that
/// their start belongs to the start of the process. .NET announces each host that is about to be built; this is the last moment
/// to add a service.
/// </summary>
internal sealed class LastPlace : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private const string Source = "Microsoft.Extensions.Hosting";
    private const string Building = "HostBuilding";
    private readonly List<IDisposable> _subscriptions = [];

    private readonly Action<IServiceCollection>? _add;

    private LastPlace(Action<IServiceCollection>? add) => _add = add;

    /// <summary>For the next host that is built with graceful restart.</summary>
    /// <param name="add">Adds what depends on the application's own services, which are all known by then.</param>
    internal static void Claim(Action<IServiceCollection>? add = null)
    {
        var claim = new LastPlace(add);
        claim.Keep(DiagnosticListener.AllListeners.Subscribe(claim));
    }

    /// <summary>Whether it has been registered in this host.</summary>
    internal static bool IsTaken(IServiceCollection services) => services.Any(d => d.ServiceType == typeof(Marker));

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name == Source)
        {
            Keep(value.Subscribe(this));
        }
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (value is { Key: Building, Value: IHostBuilder builder })
        {
            builder.ConfigureServices(Take);
        }
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    private void Take(IServiceCollection services)
    {
        if (services.HasGracefulRestart() && services.Any(d => d.ServiceType == typeof(HostedReadiness)) && !IsTaken(services))
        {
            ChosenServices.Take(services);
            services.AddSingleton<Marker>();
            services.AddSingleton<IHostedService>(s => s.GetRequiredService<HostedReadiness>());
            _add?.Invoke(services);
            lock (_subscriptions)
            {
                _subscriptions.ForEach(s => s.Dispose());
            }
        }
    }

    private void Keep(IDisposable subscription)
    {
        lock (_subscriptions)
        {
            _subscriptions.Add(subscription);
        }
    }

    private sealed class Marker;
}

using System.Diagnostics;
using Baton.Hosting.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Baton.Hosting;

/// <summary>
/// Registers <see cref="HostedReadiness"/> behind all other hosted services, also those that are added after graceful restart:
/// what they do when they are started belongs to the start. .NET announces each host that is about to be built, with its builder;
/// that is the last moment at which a service can be added.
/// </summary>
internal sealed class LastPlace : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private const string Source = "Microsoft.Extensions.Hosting";
    private const string Building = "HostBuilding";
    private readonly List<IDisposable> _subscriptions = [];

    private LastPlace()
    {
    }

    /// <summary>For the next host that is built with graceful restart.</summary>
    internal static void Claim()
    {
        var claim = new LastPlace();
        claim.Keep(DiagnosticListener.AllListeners.Subscribe(claim));
    }

    /// <summary>Whether it has been taken in this host.</summary>
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

using Baton.Lifecycle;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Baton.Hosting;

/// <summary>
/// Connects the host to the restarter. It is the first hosted service: called first at the start, and last at the end.
/// <see cref="HostedReadiness"/> handles readiness and the drain.
/// </summary>
internal sealed class HostedRestart(
    Restarter restarter,
    HostedServer server,
    IHostApplicationLifetime lifetime,
    HostSignals signals,
    IServiceCollection registrations,
    HostedReadiness readiness,
    HostedStates states)
    : IHostedLifecycleService, IServerWork
{
    // If .NET does not announce the building of a host, there is no last place: this service has both parts then.
    private readonly bool _alone = !LastPlace.IsTaken(registrations);

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        server.Start();
        states.Register();
        signals.GiveWay();
        restarter.Parts.Signals.Renew();
        restarter.Parts.Work.Register(this);
        restarter.Parts.Work.WhenStopping(lifetime.StopApplication);

        lifetime.ApplicationStopping.Register(server.AskedToStop);
        server.ReportProgress(PhaseName.HostedServices, "starting");
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) =>
        _alone ? readiness.StartedAsync(cancellationToken) : Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) =>
        _alone ? readiness.StoppingAsync(cancellationToken) : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        server.End();

        // The host disposes its logging soon.
        return restarter.Parts.WrittenAsync();
    }

    // The host itself has no open work: its services finish when they are stopped, after the servers.
    Task IServerWork.DrainAsync(CancellationToken resumed) => Task.CompletedTask;

    void IServerWork.NobodyServes()
    {
    }

    OpenWork IServerWork.Cut() => default;

    void IServerWork.Describe(OpenWorkReport report)
    {
    }
}

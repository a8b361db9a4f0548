using Baton.Lifecycle;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Baton.Hosting;

/// <summary>
/// Ties the host to the restarter: started means ready, and the host's services stop only when all servers are drained, because a server that
/// is told to stop breaks connections.
/// </summary>
internal sealed class HostedRestart(Restarter restarter, IHostApplicationLifetime lifetime, ILoggerFactory loggerFactory) : IHostedLifecycleService, IRestartParticipant
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        restarter.UseLogger(loggerFactory);
        restarter.Register(this);
        restarter.Stopping.Register(lifetime.StopApplication);
        restarter.ReportProgress("starting its hosted services");
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        restarter.ReportProgress("all hosted services started");
        try
        {
            await restarter.ReadyAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RestartException e) when (e.Failure == RestartFailure.Stopping)
        {
            // A shutdown was asked while the host was starting: it is started now, and told to stop.
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The same, and the host's own signal handler was faster.
        }
    }

    /// <summary>Runs before any service is stopped. Joins a departure that has begun; else this is the host's own wish to shut down.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await restarter.ShutdownAsync("the host", cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            restarter.Force("the host's own shutdown limit");
            await restarter.Exited.ConfigureAwait(false);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The host itself has nothing open: its services finish their work when they are stopped, after the servers.
    Task IRestartParticipant.DrainAsync() => Task.CompletedTask;

    OpenWork IRestartParticipant.Cut() => default;
}

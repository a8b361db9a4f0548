using Baton.Lifecycle;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Baton.Hosting;

/// <summary>
/// The phases between started and ready, and the drain before anything stops. It is the last hosted service: the process serves
/// only when all others have started, and they stop only after the drain.
/// </summary>
internal sealed class HostedReadiness(
    Restarter restarter,
    HostedServer server,
    IHostApplicationLifetime lifetime,
    AsideLoggers loggers,
    HostedRestartOptions options,
    HealthPoll health,
    IEnumerable<IReadinessPhase> phases,
    IOptions<HostOptions> hostOptions)
    : IHostedLifecycleService
{
    private readonly ILogger _logger = loggers.CreateLogger(Log.Category);

    /// <summary>Whether <see cref="HostStartedAsync"/> will be called.</summary>
    internal bool HostIsWatched { get; set; }

    // Services that start concurrently have no last one: others may still fail in their StartedAsync.
    private bool StartsWithOthers => HostIsWatched && hostOptions.Value.ServicesStartConcurrently;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) =>
        StartsWithOthers ? Task.CompletedTask : BecomeReadyAsync(cancellationToken);

    /// <summary>All hosted services have started.</summary>
    internal Task HostStartedAsync(CancellationToken cancellationToken) =>
        StartsWithOthers ? BecomeReadyAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>
    /// Runs before any service stops. Joins a departure that has begun. Otherwise the host itself wants to shut down, and the
    /// other servers follow.
    /// </summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await server.LeaveAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            RestarterParts parts = restarter.Parts;
            parts.Loop.Post(() => parts.Lifecycle.Shutdown.HostTimeIsUp(RestartTrigger.OfHostTimeout()));
            await restarter.Exited.ConfigureAwait(false);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task BecomeReadyAsync(CancellationToken cancellationToken)
    {
        server.ReportProgress(PhaseName.HostedServices, "started");

        // A shutdown that is asked meanwhile ends the wait.
        CancellationToken draining = restarter.Draining;
        using var wanted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, draining);
        try
        {
            await new ReadinessGate(phases, restarter.Parts.Options.ReadyTimeout, server.ReportProgress)
                .PassAsync(wanted.Token)
                .ConfigureAwait(false);
            await server.ReadyAsync(wanted.Token).ConfigureAwait(false);
        }
        catch (RestartException e) when (e.Failure == RestartFailure.Stopping)
        {
            // A shutdown was asked while the host was starting. It has started now, and is told to stop.
            return;
        }
        catch (OperationCanceledException)
            when (draining.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The same, but it came here first; or the host's own signal handler was faster.
            return;
        }
        catch (Exception e)
        {
            server.Fail(e.Message);
            throw;
        }

        _ = WatchProbationAsync(restarter.Draining);
    }

    private async Task WatchProbationAsync(CancellationToken draining)
    {
        try
        {
            // Other servers may still be starting.
            await restarter.Parts.Lifecycle.Start.Ready.WaitAsync(draining).ConfigureAwait(false);
            await new ProbationWatch(
                health,
                options.HealthPollInterval,
                restarter.Parts.Lifecycle.Probation.Ended,
                restarter.ReportUnhealthy).RunAsync(draining).ConfigureAwait(false);
        }
        catch (Exception e) when ((e is OperationCanceledException && draining.IsCancellationRequested)
            || e is RestartException { Failure: RestartFailure.Stopping })
        {
            // This process departs, or ends before it has served: readiness no longer matters.
        }
        catch (Exception e)
        {
            // Checks that throw count as unhealthy. This is the application's health check service itself.
            _logger.ProbationWatchFailed(e);
        }
    }
}

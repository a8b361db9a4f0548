using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Baton.Hosting;

/// <summary>
/// Whether this process should get new connections: healthy while it accepts and is not about to stop. For load balancers;
/// readiness does not use it.
/// </summary>
internal sealed class GracefulRestartHealthCheck(Restarter? restarter) : IHealthCheck
{
    /// <summary>Baton recognizes its own registrations by this tag.</summary>
    internal static readonly Func<IServiceProvider, IHealthCheck> Factory = Create;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(restarter is null
            ? HealthCheckResult.Healthy("graceful restart is turned off")
            : Judge(
                restarter.Parts.Lifecycle.State,
                restarter.Parts.Gate.IsOpen,
                restarter.Parts.Lifecycle.Restarts.SuccessorPid,
                context.Registration.FailureStatus));

    // Without the options graceful restart is not in use, and the container would throw for a restarter.
    private static GracefulRestartHealthCheck Create(IServiceProvider services) =>
        new(services.GetService<HostedRestartOptions>() is null ? null : services.GetRequiredService<Restarter>());

    internal static HealthCheckResult Judge(ProcessState state, bool accepts, int? successor, HealthStatus otherwise)
    {
        var data = new Dictionary<string, object> { ["pid"] = Environment.ProcessId, ["state"] = state.ToString() };
        bool ready = accepts && state != ProcessState.ShuttingDown;
        string what = state switch
        {
            _ when ready => "serves",
            ProcessState.Starting => "is starting",
            ProcessState.HandedOver or ProcessState.Draining => $"has handed over to process {successor}, and finishes its work",
            ProcessState.ShuttingDown => "is shutting down",
            ProcessState.Exited => "has nothing left to do",
            _ => "does not accept at the moment",
        };
        return new HealthCheckResult(
            ready ? HealthStatus.Healthy : otherwise, $"process {Environment.ProcessId} {what}", exception: null, data);
    }
}

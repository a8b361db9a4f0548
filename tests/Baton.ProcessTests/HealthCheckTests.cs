using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>What a load balancer that asks for the health of a process learns. The check is registered with the tag that decides about readiness, and decides nothing.</summary>
[Jit("The area: health.")]
public sealed class HealthCheckTests
{
    private static readonly ServiceSetup Setup = new ServiceSetup { Probation = TimeSpan.FromSeconds(60) }.With("--GracefulRestart:IdleGrace=01:00:00", "--GracefulRestart:DrainTimeout=01:00:00");

    [Fact]
    public async Task Process_that_has_handed_over_is_unhealthy_on_the_connections_it_still_has_and_the_new_one_is_healthy_on_probation()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        using HttpConnection balancer = await HttpConnection.OpenAsync(service.Address);
        HttpAnswer serving = await balancer.GetAsync("/health");
        Assert.Equal((200, $"Healthy: process {service.Pid} serves"), (serving.Status, serving.Text));

        int predecessor = await service.RestartAsync();

        HttpAnswer departing = await UnhealthyAsync(balancer);
        Assert.Equal((503, $"Unhealthy: process {predecessor} has handed over to process {service.Pid}, and finishes its work"), (departing.Status, departing.Text));

        // It says so from its new state on; the drain, which ends connections, begins a moment later.
        await Deadline.UntilAsync(async () =>
        {
            if (!departing.Closes)
            {
                departing = await balancer.GetAsync("/health");
                Assert.Equal(503, departing.Status);
            }

            return departing.Closes;
        });

        HttpAnswer onProbation = await HttpConnection.GetOnceAsync(service.Address, "/health");
        Assert.Equal((200, $"Healthy: process {service.Pid} serves"), (onProbation.Status, onProbation.Text));
        Assert.Empty(service.Log.All("Rolled back|Not healthy yet"));
    }

    [Fact]
    public async Task Process_that_shuts_down_is_unhealthy_on_the_connections_it_still_has_and_one_that_serves_again_is_healthy()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        service.SetNextBehaviour("after-commit kill 1");
        await service.RestartAsync();
        await service.RolledBackAsync();
        using HttpConnection balancer = await HttpConnection.OpenAsync(service.Address);
        Assert.Equal(200, (await balancer.GetAsync("/health")).Status);

        service.Signal(Libc.SIGTERM);

        HttpAnswer departing = await UnhealthyAsync(balancer);
        Assert.Equal((503, $"Unhealthy: process {service.Pid} is shutting down"), (departing.Status, departing.Text));
    }

    /// <summary>Asks over the same connection until the process does not accept any more: that is not the moment of a log line.</summary>
    private static async Task<HttpAnswer> UnhealthyAsync(HttpConnection balancer)
    {
        HttpAnswer? answer = null;
        await Deadline.UntilAsync(async () => (answer = await balancer.GetAsync("/health")).Status != 200);
        return answer!;
    }
}

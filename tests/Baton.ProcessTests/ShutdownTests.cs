using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>A stop without a successor: no slower than without Baton, and the application has the time that its host gives it.</summary>
public sealed class ShutdownTests
{
    // Nothing but what the test is about can end the service.
    private static readonly string[] Patient =
        ["--GracefulRestart:DrainTimeout=01:00:00", "--GracefulRestart:IdleGrace=01:00:00", "--shutdownTimeoutSeconds=3600", "--HeadersTimeout=01:00:00"];

    private const string KeepsUnfinished = "--GracefulRestart:UnfinishedRequestGrace=01:00:00";

    [Theory]
    [InlineData(true, HttpVariant.Http1)]
    [InlineData(true, HttpVariant.Http2)]
    [InlineData(true, HttpVariant.Http2OverTls)]
    [InlineData(false, HttpVariant.Http1)] // Plain Kestrel.
    [InlineData(false, HttpVariant.Http2)]
    public async Task Idle_connections_do_not_hold_up_a_stop(bool enabled, string protocol)
    {
        using var variant = new HttpVariant(protocol);
        await using ServiceProcess service = await LaunchAsync(variant.Setup.With([.. Patient, KeepsUnfinished, $"--GracefulRestart:Enabled={enabled}"]));
        using HttpClient client = variant.NewClient(service.Addresses[0]);
        Assert.Equal("hello", await client.GetStringAsync("/", TestContext.Current.CancellationToken));

        service.Signal(Libc.SIGTERM);

        Assert.Equal(0, await service.EndAsync(service.Pid));
        Assert.Empty(service.Log.All("forced by"));
    }

    [Fact]
    public async Task Connections_that_have_sent_nothing_or_half_of_a_request_hold_up_a_stop_for_their_own_limit_only()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With([.. Patient, "--GracefulRestart:UnfinishedRequestGrace=100ms"]));
        using HttpConnection silent = await HttpConnection.OpenAsync(service.Address);
        using HttpConnection half = await HttpConnection.OpenAsync(service.Address);
        await half.SendTextAsync("GET / HTTP/1.1\r\nHo");
        using HttpConnection secondHalf = await HttpConnection.OpenAsync(service.Address);
        await secondHalf.GetAsync();
        await secondHalf.SendTextAsync("GET / HTTP/1.1\r\nHo");

        service.Signal(Libc.SIGTERM);

        Assert.Equal(0, await service.EndAsync(service.Pid));
        Assert.Empty(service.Log.All("forced by"));
    }

    [Fact]
    public async Task Request_that_was_half_sent_when_the_stop_began_is_answered()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With([.. Patient, KeepsUnfinished]));
        using HttpConnection half = await HttpConnection.OpenAsync(service.Address);
        await half.SendTextAsync("GET / HTTP/1.1\r\nHo");
        using HttpConnection silent = await HttpConnection.OpenAsync(service.Address);

        // They are accepted in order, so both are.
        Assert.Equal(200, (await HttpConnection.GetOnceAsync(service.Address)).Status);
        service.Signal(Libc.SIGTERM);
        await service.Log.FirstAsync("Serving -> ShuttingDown");
        await Deadline.UntilAsync(() => !service.Address.Accepts());

        await half.SendTextAsync("st: test\r\n\r\n");
        Assert.Equal(200, (await half.ReceiveAsync()).Status);
        Assert.Equal(200, (await silent.GetAsync()).Status);
        await half.EndsAsync();
        await silent.EndsAsync();
        Assert.Equal(0, await service.EndAsync(service.Pid));
    }

    // It drains beside a successor, which is then shut down: nobody serves any more.
    [Theory]
    [InlineData(Libc.SIGTERM)]
    [InlineData(Libc.SIGKILL)]
    public async Task Predecessor_with_an_idle_connection_does_not_outlive_its_successor(int signal)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With([.. Patient, KeepsUnfinished]));
        using HttpConnection idle = await HttpConnection.OpenAsync(service.Address);
        await idle.GetAsync();
        int predecessor = await service.RestartAsync();
        Assert.True(ProcessTable.IsAlive(predecessor));

        service.Signal(signal);

        await service.EndAsync(predecessor);
        await Deadline.UntilAsync(() => service.Living.Count == 0);
    }

    // As without Baton: the job ends by itself, and nothing was cut.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hosted_service_has_the_time_of_its_host_to_stop(bool enabled)
    {
        await using ServiceProcess service = await LaunchAsync(HostedJob("--shutdownTimeoutSeconds=120", $"--GracefulRestart:Enabled={enabled}"));
        service.Signal(Libc.SIGTERM);
        Assert.Equal(0, await service.EndAsync(service.Pid));
    }

    [Fact]
    public async Task Hosted_service_of_a_predecessor_has_the_time_of_its_host_even_if_the_drain_limit_has_passed()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(HostedJob("--shutdownTimeoutSeconds=120", "--GracefulRestart:IdleGrace=01:00:00"));
        using HttpConnection idle = await HttpConnection.OpenAsync(service.Address);
        await idle.GetAsync();
        service.SetNextBehaviour("");

        int predecessor = await service.RestartAsync();

        Assert.Equal(0, await service.EndAsync(predecessor));
        Assert.Empty(service.Log.All("forced by|cut 0 connections|ends at once"));
        Assert.Single(service.Log.All($"Process {predecessor} has reached the drain timeout of 0.5 s: nothing is in progress"));
    }

    [Fact]
    public async Task Hosted_service_that_never_stops_does_not_keep_a_predecessor_for_ever()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(HostedJob("--shutdownTimeoutSeconds=1") with { FirstBehaviour = "hang-in-stop" });
        service.SetNextBehaviour("");

        int predecessor = await service.RestartAsync();

        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(predecessor));
        await service.Log.FirstAsync($"Process {predecessor} ends at once: its application has not ended within 2 s");
    }

    [Fact]
    public async Task Grace_of_a_shutdown_serves_on_accepts_says_unready_and_ends_with_connections_told()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With(
            [.. Patient, "--GracefulRestart:ShutdownIdleGrace=4s", "--GracefulRestart:AcceptDuringShutdownIdleGrace=true"]));
        using HttpConnection kept = await HttpConnection.OpenAsync(service.Address);
        Assert.Equal(200, (await kept.GetAsync("/health")).Status);

        service.Signal(Libc.SIGTERM);
        await service.Log.FirstAsync("accepts, and serves connections for up to 4 s more");

        HttpAnswer unready = await kept.GetAsync("/health");
        Assert.Equal((503, false), (unready.Status, unready.Closes));
        Assert.Equal(503, (await HttpConnection.GetOnceAsync(service.Address, "/health")).Status);
        await service.Log.FirstAsync($"Process {service.Pid} drained");
        await kept.EndsAsync();
        Assert.Equal(0, await service.EndAsync(service.Pid));
    }

    [Fact]
    public async Task Grace_of_a_shutdown_without_accepting_ends_when_the_last_connection_does()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With([.. Patient, "--GracefulRestart:ShutdownIdleGrace=01:00:00"]));
        using HttpConnection kept = await HttpConnection.OpenAsync(service.Address);
        await kept.GetAsync();

        service.Signal(Libc.SIGTERM);
        await service.Log.FirstAsync("serves connections for up to 3600 s more");

        await Deadline.UntilAsync(() => !service.Address.Accepts());
        Assert.False((await kept.GetAsync()).Closes);
        kept.Dispose();
        Assert.Equal(0, await service.EndAsync(service.Pid));
    }

    [Fact]
    public async Task Second_signal_ends_the_grace_of_a_shutdown()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With([.. Patient, "--GracefulRestart:ShutdownIdleGrace=01:00:00", "--GracefulRestart:AcceptDuringShutdownIdleGrace=true"]));
        service.Signal(Libc.SIGTERM);
        await service.Log.FirstAsync("accepts, and serves connections for up to 3600 s more");
        service.Signal(Libc.SIGTERM);
        Assert.Equal(0, await service.EndAsync(service.Pid));
    }

    // Longer than our own limits together.
    private static ServiceSetup HostedJob(params string[] options) => new ServiceSetup { FirstBehaviour = "stop-for 2500" }.With(
        ["--GracefulRestart:DrainTimeout=00:00:00.5", "--GracefulRestart:ExitTimeout=00:00:00.5", .. options]);

    // Without Baton no line of its log says that it serves.
    private static async Task<ServiceProcess> LaunchAsync(ServiceSetup setup)
    {
        ServiceProcess service = ServiceProcess.Launch(setup.With("--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information"));
        await service.Log.FirstAsync("Application started");
        return service;
    }
}

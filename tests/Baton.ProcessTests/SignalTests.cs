using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>F16 and the signals themselves.</summary>
public sealed class SignalTests
{
    [Theory]
    [InlineData(Libc.SIGUSR2)]
    [InlineData(Libc.SIGHUP)]
    public async Task Signal_restarts_one_generation_after_the_other(int signal)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();

        await service.RestartAsync(signal);
        await service.RestartAsync(signal);

        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Theory]
    [InlineData(Libc.SIGTERM)]
    [InlineData(Libc.SIGINT)]
    [InlineData(Libc.SIGQUIT)]
    [Jit("The area: signals.")]
    public async Task Signal_shuts_every_generation_down(int signal)
    {
        await using ServiceProcess first = await ServiceProcess.StartAsync();
        await first.StopAsync(signal);

        await using ServiceProcess second = await ServiceProcess.StartAsync();
        await second.RestartAsync();
        await second.StopAsync(signal);
    }

    [Fact] // F16
    public async Task Unrelated_signals_change_nothing()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        int pid = service.Pid;

        service.Signal(Libc.SIGWINCH);
        service.Signal(Libc.SIGCONT);

        Assert.Equal(pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        Assert.Equal(pid, await service.RestartAsync());
        Assert.Single(service.Log.All("Restart asked by"));
        Assert.Empty(service.Log.All("Shutdown asked by"));
    }

    [Fact]
    public async Task Hangup_restarts_a_service_that_was_started_with_nohup()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            new ServiceSetup { Command = ["nohup", ServiceSetup.BuiltProgram] });

        await service.RestartAsync(Libc.SIGHUP);
        await service.RestartAsync(Libc.SIGHUP);

        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact]
    public async Task Interrupt_shuts_down_a_service_that_a_shell_started_in_the_background()
    {
        // A shell without job control lets what it starts in the background ignore SIGINT and SIGQUIT.
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            new ServiceSetup { Command = ["sh", "-c", "trap '' INT QUIT; exec \"$0\" \"$@\"", ServiceSetup.BuiltProgram] });

        await service.StopAsync(Libc.SIGINT);
    }

    [Fact]
    [Jit("The area: signals.")]
    public async Task Restart_comes_although_every_thread_of_the_pool_is_stuck()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        using HttpConnection starving = await HttpConnection.OpenAsync(service.Address);
        await starving.SendGetAsync("/starve?items=200&seconds=30");
        await service.Log.FirstAsync($"The thread pool of process {service.Pid} is stuck");

        await service.RestartAsync();

        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }
}

using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>A service that somebody has started in a terminal, through its restarts. The terminals are real, and so are the shells.</summary>
public sealed class TerminalTests : IDisposable
{
    private readonly TerminalWindow _window = new();

    public void Dispose() => _window.Dispose();

    // The shell waits for the process that it started, and Ctrl+C goes to the job in the foreground.
    [Theory]
    [InlineData("{0}; echo ended with $?")]
    [InlineData("sudo -n -E {0}; echo ended with $?")]
    public async Task Service_stays_in_the_foreground_over_restarts_until_somebody_presses_control_c(string command)
    {
        Assert.SkipWhen(command.StartsWith("sudo", StringComparison.Ordinal) && Environment.UserName != "root", "sudo would ask for a password");
        await using ServiceProcess service = await ServiceProcess.StartAsync(_window.Setup(command));

        int first = await service.RestartAsync();
        await StoodInForAsync(first);
        Assert.Empty(service.Log.All("^ended with"));

        // The pid that was printed at the start stands for the service.
        int after = service.Log.Length;
        ServiceProcess.Signal(first, Libc.SIGHUP);
        int second = await service.RestartedAsync(after);
        await service.Log.FirstAsync($"Predecessor {second} has gone");
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        Assert.Empty(service.Log.All("^ended with"));

        _window.Press("C-c");
        await service.Log.FirstAsync("^ended with 0");
        await service.EndAsync(service.Pid);
        Assert.Equal(2, service.Log.All("Restart asked by").Count);
        Assert.Empty(service.Log.All("a second signal"));
    }

    // One that is in the background is signalled by the shell as a job: the service and its stand-in.
    [Fact]
    public async Task Job_in_the_background_is_ended_by_its_number_and_without_force()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(_window.Setup("{0} & wait; echo the job has ended"));
        int first = await service.RestartAsync();
        await StoodInForAsync(first);

        ServiceProcess.Signal(-first, Libc.SIGTERM);

        await service.Log.FirstAsync("^the job has ended");
        Assert.Empty(service.Log.All("a second signal"));
        Assert.Single(service.Log.All("Shutdown asked by SIGTERM"));
    }

    // SIGHUP restarts by default, and a closed terminal sends one.
    [Theory]
    [InlineData("{0}", false)]
    [InlineData("{0}", true)]
    [InlineData("exec {0}", true)]
    [InlineData("exec {0} --GracefulRestart:SignalPreset=Trpc", false)]
    public async Task Closing_the_terminal_ends_the_service_and_restarts_nothing(string command, bool restarted)
    {
        string log = _window.OutputFile;
        await using ServiceProcess service = await ServiceProcess.StartAsync(_window.Setup($"{command} > {log}", log));
        int first = service.Pid;
        if (restarted)
        {
            await service.RestartAsync();
            await StoodInForAsync(first);
        }

        _window.Close();

        await service.EndAsync(service.Pid);
        await service.EndAsync(first);
        await service.Log.FirstAsync($"The terminal of process {service.Pid} was closed: the service ends");
        await service.Log.FirstAsync($@"Process {service.Pid}, generation \d: ShuttingDown -> Exited");
        Assert.Equal(restarted ? 1 : 0, service.Log.All("Restart asked by").Count);
    }

    [Fact]
    public async Task Service_started_with_nohup_outlives_its_terminal_and_is_restarted_by_sighup()
    {
        string log = _window.OutputFile;
        await using ServiceProcess service = await ServiceProcess.StartAsync(_window.Setup($"nohup {{0}} > {log} 2>&1 &", log));
        await service.RestartAsync();

        _window.Close();
        await service.Log.FirstAsync($"The terminal of process {service.Pid} was closed; the service goes on");
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);

        // A while after that the same signal is somebody's wish. Each one is answered before the next is sent: a second one during the restart would be refused.
        int Answers() => service.Log.All($"The terminal of process {service.Pid} was closed|Restart asked by SIGHUP").Count;
        while (service.Log.All("Restart asked by SIGHUP").Count == 0)
        {
            int before = Answers();
            ServiceProcess.Signal(service.Pid, Libc.SIGHUP);
            await Deadline.UntilAsync(() => Answers() > before);
        }

        await service.RestartedAsync();
        await EndAsync(service);
    }

    // The kernel hangs up a session whose leader ends: whoever kills that has ended neither the service nor asked for a restart.
    [Theory]
    [InlineData("Default")]
    [InlineData("Trpc")]
    public async Task Service_outlives_the_process_that_led_its_session(string preset)
    {
        string log = _window.OutputFile;
        await using ServiceProcess service = await ServiceProcess.StartAsync(_window.Setup($"exec {{0}} --GracefulRestart:SignalPreset={preset} > {log}", log));
        int first = await service.RestartAsync();
        await StoodInForAsync(first);

        ServiceProcess.Signal(first, Libc.SIGKILL);

        await service.Log.FirstAsync($"so the terminal is gone; process {service.Pid} goes on");
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        Assert.Single(service.Log.All("Restart asked by"));
        await service.RestartAsync();
        await EndAsync(service);
    }

    // The shell has taken the place of the process, and has set its traps: the kernel knows which signals it catches.
    private static Task StoodInForAsync(int first) => Deadline.UntilAsync(() =>
    {
        string[] status = File.ReadAllLines($"/proc/{first}/status");
        ulong caught = Convert.ToUInt64(status.Single(l => l.StartsWith("SigCgt:", StringComparison.Ordinal))["SigCgt:".Length..].Trim(), 16);
        return status[0] == "Name:\tsh" && (caught >> (Libc.SIGTERM - 1) & caught >> (Libc.SIGHUP - 1) & 1) == 1;
    });

    private static async Task EndAsync(ServiceProcess service)
    {
        service.Signal(Libc.SIGTERM);
        await service.EndAsync(service.Pid);
        await service.Log.FirstAsync($@"Process {service.Pid}, generation \d: ShuttingDown -> Exited");
    }
}

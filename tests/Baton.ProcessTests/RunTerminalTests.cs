using System.Text.Json;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>A service that somebody has started in a real terminal, below <c>baton run</c>.</summary>
public sealed class RunTerminalTests : IDisposable
{
    private readonly TerminalWindow _window = new();

    public void Dispose() => _window.Dispose();

    [Fact]
    public async Task Service_is_restarted_suspended_continued_and_ended_by_the_keys_of_a_terminal()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(_window.Setup($"{BatonCommand.Program} run -- {{0}}; echo ended with $?"));
        int first = await service.RestartAsync();
        await service.EndAsync(first);

        _window.Press("C-z");
        await service.Log.FirstAsync("Stopped .*baton run");
        await Deadline.UntilAsync(() => ProcessTable.State(service.Pid) == 'T');

        int after = service.Log.Length;
        _window.Press("fg; echo fg ended with $?");
        _window.Press("Enter");
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        await service.RestartAsync();

        _window.Press("C-c");
        await service.Log.FirstAsync("^fg ended with 0", after);
        await service.EndAsync(service.Pid);
        Assert.Empty(service.Log.All("a second signal|stands in"));
        Assert.Single(service.Log.All("Shutdown asked by SIGINT"));
    }

    [Fact]
    public async Task Closing_the_terminal_ends_the_service_and_baton_run()
    {
        string log = _window.OutputFile;
        await using ServiceProcess service = await ServiceProcess.StartAsync(_window.Setup($"exec {BatonCommand.Program} run -- {{0}} > {log} 2>&1", log));
        await service.RestartAsync();
        int run = JsonDocument.Parse((await BatonCommand.RunAsync(service, "status", "--json")).Output).RootElement.GetProperty("status").GetProperty("runPid").GetInt32();

        _window.Close();

        await service.Log.FirstAsync($"The terminal of process {service.Pid} was closed: the service ends");
        await Deadline.UntilAsync(() => !ProcessTable.IsAlive(run) && !ProcessTable.IsAlive(service.Pid));
        Assert.Single(service.Log.All("Restart asked by"));
    }
}

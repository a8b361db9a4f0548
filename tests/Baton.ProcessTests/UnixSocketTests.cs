using System.Net.Sockets;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>C3: unix sockets, whose paths must neither go too early nor stay too long.</summary>
public sealed class UnixSocketTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string SocketPath => _directory.PathOf("service.sock");

    private ServiceSetup Setup => ServiceSetup.ListeningOn($"http://unix:{SocketPath}");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Path_survives_the_end_of_the_predecessor_and_goes_with_the_last_process()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);

        int predecessor = await service.RestartAsync();
        Assert.Equal(0, await service.EndAsync(predecessor));

        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        await service.StopAsync();
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task Abstract_name_is_handed_over_and_free_after_the_last_process()
    {
        string name = $"baton-test-{Guid.NewGuid()}";
        ServiceAddress address = ServiceAddress.OfUnix($"@{name}");
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Arguments = ["--AbstractName", name] });

        int predecessor = await service.RestartAsync();
        await service.EndAsync(predecessor);

        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(address)).Pid);
        await service.StopAsync();
        Assert.False(address.Accepts());
    }

    [Fact]
    public async Task Path_left_behind_by_a_killed_process_is_taken_over()
    {
        await using (ServiceProcess killed = await ServiceProcess.StartAsync(Setup))
        {
            killed.Signal(Libc.SIGKILL);
            await killed.EndAsync(killed.Pid);
        }

        Assert.True(File.Exists(SocketPath));
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        Assert.Single(service.Log.All($"Removed {SocketPath}: a process that is gone left it behind"));
        await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact]
    public async Task Path_of_a_living_service_is_not_taken_away()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await using ServiceProcess intruder = ServiceProcess.Launch(Setup);

        Assert.NotEqual(0, await intruder.EndAsync(intruder.Pid));

        Assert.Empty(intruder.Log.All("Removed "));
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact]
    public async Task File_at_the_path_that_is_no_socket_is_left_alone()
    {
        await File.WriteAllTextAsync(SocketPath, "precious", TestContext.Current.CancellationToken);
        await using ServiceProcess service = ServiceProcess.Launch(Setup);

        Assert.NotEqual(0, await service.EndAsync(service.Pid));

        Assert.Equal("precious", await File.ReadAllTextAsync(SocketPath, TestContext.Current.CancellationToken));
    }

    [Fact] // F6
    public async Task Path_survives_a_restart_that_fails_after_the_successor_listened_on_it()
    {
        using var other = new OccupiedPort();
        string unix = $"http://unix:{SocketPath}";
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            new ServiceSetup { Arguments = [], Settings = EndpointSettings.Of(unix) });

        service.WriteSettings(EndpointSettings.Of(unix, $"http://{other.Address}"));
        await service.FailToRestartAsync();

        Assert.True(File.Exists(SocketPath));
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        service.WriteSettings(EndpointSettings.Of(unix));
        await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact] // F11
    public async Task Path_survives_a_successor_that_is_told_to_end_when_it_is_ready_and_not_yet_serving()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        (Latch latch, int successor) = await service.BeginRestartAsync();

        // The predecessor does not answer the successor's ready.
        service.Signal(Libc.SIGSTOP);
        latch.Open();
        await service.Log.FirstAsync($@"\[{successor}\] .*Now listening on");
        ServiceProcess.Signal(successor, Libc.SIGTERM);
        await Deadline.UntilAsync(() => !ProcessTable.IsAlive(successor));
        service.Signal(Libc.SIGCONT);
        await service.FailedToRestartAsync();

        // It did as it was told: that is no crash.
        Assert.Empty(service.Log.All("Unhandled exception"));
        Assert.True(File.Exists(SocketPath));
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact]
    public async Task Path_that_was_removed_is_there_again_after_a_restart_whether_it_succeeds_or_is_rolled_back()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { Probation = TimeSpan.FromMinutes(10) });
        ServiceAddress address = service.Address;
        File.Delete(SocketPath);

        int predecessor = await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(address)).Pid);
        service.Signal(Libc.SIGKILL);
        await service.RolledBackAsync();

        await Deadline.UntilAsync(address.Accepts);
        Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(address)).Pid);
        await service.StopAsync();
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task Path_that_another_socket_has_by_now_fails_the_restart_and_is_left_alone()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        File.Delete(SocketPath);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(SocketPath));
        other.Listen();

        string failure = await service.FailToRestartAsync();

        Assert.Contains(SocketPath, failure, StringComparison.Ordinal);
        Assert.Contains("ddress already in use", failure, StringComparison.Ordinal);
        Assert.Single(service.Log.All($"The file of the inherited listener unix:{SocketPath} is gone, or another's"));
        Assert.True(File.Exists(SocketPath));
        service.Signal(Libc.SIGTERM);
        Assert.Equal(0, await service.EndAsync(service.Pid));
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public async Task Path_that_the_new_configuration_does_not_use_goes_with_the_predecessor()
    {
        string settings = EndpointSettings.Of("http://127.0.0.1:0", $"http://unix:{SocketPath}");
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Arguments = [], Settings = settings });

        service.WriteSettings(EndpointSettings.Of("http://127.0.0.1:0"));
        int predecessor = await service.RestartAsync();
        await service.EndAsync(predecessor);

        Assert.False(File.Exists(SocketPath));
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }
}

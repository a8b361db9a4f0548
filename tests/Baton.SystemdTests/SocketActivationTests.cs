using Baton.ProcessTests.Http;
using Baton.SystemdTests.Machine;

namespace Baton.SystemdTests;

/// <summary>Checklist E1: sockets that systemd made, by address, by name and by number, over restarts.</summary>
public class SocketActivationTests(SystemdMachine machine) : IClassFixture<SystemdMachine>
{
    private const string ByName = "ExecStart=\nExecStart=/srv/hello/current/Hello --Activated=web";

    // The URL of the sample is http://*:8080, ListenStream=8080.
    [Theory]
    [InlineData("")]
    [InlineData(ByName)]
    [InlineData("ExecStart=\nExecStart=/srv/hello/current/Hello --UseSystemd=true")]
    public async Task First_request_starts_the_service_and_a_reload_loses_none(string service)
    {
        await using Unit unit = await Unit.StartAsync(machine, service, socketLines: "");
        Assert.Equal("inactive", await unit.ShowAsync("ActiveState"));
        Assert.Equal(200, (await unit.GetAsync()).Status);
        await using BackgroundLoad load = BackgroundLoad.Start(unit.Address);

        int main = await unit.ReloadAsync();
        Assert.Equal(main, (await unit.GetAsync()).Pid);
        Assert.Equal($"{main}", (await unit.GetAsync("/env?name=LISTEN_PID")).Text);
        await unit.SettleAsync();

        await load.EndWithoutFailureAsync();
        string journal = await unit.JournalAsync();
        Assert.Contains("Got systemd:3:web from systemd", journal, StringComparison.Ordinal);
        Assert.DoesNotContain("(bound)", journal, StringComparison.Ordinal);

        // What systemd has anyway is not stored as well.
        Assert.Equal("0", await unit.ShowAsync("NFileDescriptorStore"));
    }

    [Fact]
    public async Task Killed_service_gets_its_socket_again_and_no_connection_is_refused()
    {
        await using Unit unit = await Unit.StartAsync(machine, socketLines: "");
        await using SurvivingLoad load = SurvivingLoad.Start(unit.Address);
        await load.MoreAsync();

        await unit.KillAsync("KILL", await unit.MainPidAsync());
        await unit.UntilAsync("NRestarts", "1");
        await unit.UntilAsync("ActiveState", "active");
        load.Recovered();

        await load.EndAsync();
    }

    [Fact]
    public async Task Unix_socket_of_systemd_keeps_its_path_when_the_service_ends()
    {
        await using Unit unit = await Unit.StartAsync(
            machine, "ExecStart=\nExecStart=/srv/hello/current/Hello --urls http://unix:/run/hello.sock", "ListenStream=\nListenStream=/run/hello.sock");
        ServiceAddress address = unit.AtPath("/run/hello.sock");
        int first = (await HttpConnection.GetOnceAsync(address)).Pid;
        await unit.ReloadAsync();
        await unit.SettleAsync();
        Assert.NotEqual(first, (await HttpConnection.GetOnceAsync(address)).Pid);

        Assert.Equal(0, (await unit.SystemctlAsync("stop")).Code);

        Assert.True(File.Exists(machine.PathOf("/run/hello.sock")));
        Assert.Equal(200, (await HttpConnection.GetOnceAsync(address)).Status);
    }

    // A datagram socket of the same name waits for a part of the application that binds its address.
    [Fact]
    public async Task Sockets_of_one_name_that_can_be_listened_on_are_all_served()
    {
        await using Unit unit = await Unit.StartAsync(machine, ByName, "ListenStream=127.0.0.1:8081\nListenDatagram=127.0.0.1:8082");
        ServiceAddress second = unit.At(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 8081));
        Assert.Equal(200, (await unit.GetAsync()).Status);
        int main = await unit.ReloadAsync();

        Assert.Equal(main, (await unit.GetAsync()).Pid);
        Assert.Equal(main, (await HttpConnection.GetOnceAsync(second)).Pid);
        Assert.Contains("Got systemd:5:web from systemd", await unit.JournalAsync(), StringComparison.Ordinal);
    }

    // A release that begins to use a socket gets it by a restart.
    [Fact]
    public async Task Socket_that_is_not_used_is_passed_on_to_a_release_that_does()
    {
        await using Unit unit = await Unit.InstallAsync(machine, "ExecStart=\nExecStart=/srv/hello/current/Hello", "");
        await machine.DoAsync("systemctl", "start", "hello.socket");
        unit.SetNextBehaviour("");
        await machine.DoAsync("sh", "-c", "mkdir -p /run/systemd/system/hello.service.d && printf '[Service]\\nEnvironment=Urls=http://127.0.0.1:8083\\n' > /run/systemd/system/hello.service.d/urls.conf && systemctl daemon-reload");
        await machine.DoAsync("systemctl", "start", "hello.service");
        unit.SetNextBehaviour("set Urls=http://*:8080");

        int main = await unit.ReloadAsync();

        Assert.Equal(main, (await unit.GetAsync()).Pid);
    }

    [Fact]
    public async Task Name_that_no_socket_has_is_a_clear_error()
    {
        await using Unit unit = await Unit.InstallAsync(machine, "ExecStart=\nExecStart=/srv/hello/current/Hello --Activated=admin\nRestart=no", "");
        await machine.DoAsync("systemctl", "start", "hello.socket");

        Assert.NotEqual(0, (await unit.SystemctlAsync("start")).Code);

        Assert.Contains(
            "systemd has passed no socket named 'admin' to process", await unit.JournalAsync(), StringComparison.Ordinal);
        Assert.Contains("Unused are: 'web' (tcp:[::]:8080).", await unit.JournalAsync(), StringComparison.Ordinal);
    }
}

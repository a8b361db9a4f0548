using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>E4, S3, S6, F13: who may ask, where the socket is, and that no client is worth the service.</summary>
public sealed class ControlSocketTests : IDisposable
{
    private const string Nobody = "65534";
    private readonly TemporaryDirectory _directory = new();

    private string Elsewhere => _directory.PathOf("elsewhere");

    public void Dispose() => _directory.Dispose();

    [Theory] // E4 S3
    [InlineData("000")]
    [InlineData("077")]
    [InlineData("777")]
    public async Task Directory_and_socket_are_for_the_owner_alone_whatever_the_umask(string umask)
    {
        // The test's own files need the usual one: the shell sets it for the service alone.
        ServiceSetup setup = new() { Command = ["/bin/sh", "-c", $"umask {umask}; exec \"$0\" \"$@\"", ServiceSetup.BuiltProgram] };
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await service.Log.FirstAsync("Control socket: ");

        Assert.Equal("drwx------", Mode(service.ControlDirectory));
        Assert.Equal("srw-------", Mode(service.ControlSocket));
    }

    [Fact] // S3 E4
    public async Task Process_of_another_user_is_refused_even_where_the_path_lets_it_in()
    {
        Assert.SkipUnless(IsRoot, "Only root can become somebody else: that other users are refused is NOT tested.");
        await using ServiceProcess service = await StartAsync();
        await service.Log.FirstAsync("Control socket: ");
        Run("chmod", "755", _directory.PathOf("."));
        Run("chmod", "777", Elsewhere);
        Run("chmod", "666", SocketIn(Elsewhere));

        string answer = Run("setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups", "perl", "-MIO::Socket::UNIX", "-e",
            "$s = IO::Socket::UNIX->new($ARGV[0]) or die $!; print $s qq({\"protocol\":1,\"command\":\"shutdown\"}\\n); print while <$s>;", SocketIn(Elsewhere));

        Assert.Equal("NotAllowed", (string)JsonNode.Parse(answer)!["failure"]!);
        await service.Log.FirstAsync($"Refused process \\d+ of user {Nobody} on the control socket");
        Assert.Equal("Serving", (string)(await ControlWire.StatusAsync(SocketIn(Elsewhere)))["state"]!);
    }

    [Fact] // S3
    public async Task Root_may_ask_the_service_of_another_user()
    {
        Assert.SkipUnless(IsRoot, "Only root can become somebody else: that root may ask is NOT tested.");
        Run("chmod", "755", _directory.PathOf("."));
        Directory.CreateDirectory(Elsewhere);
        Run("chown", Nobody, Elsewhere);
        ServiceSetup setup = Setup(Path.Combine(Elsewhere, "c")) with
        {
            Command = ["setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups", ServiceSetup.BuiltProgram], WorkingDirectory = "/",
        };
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);

        string socket = SocketIn(Path.Combine(Elsewhere, "c"));
        Assert.Equal("Serving", (string)(await ControlWire.StatusAsync(socket))["state"]!);

        // By its path, or where root says whose it is; never as a service of root's.
        Assert.Contains($"\"uid\":{Nobody}", (await BatonCommand.RunAsync(service, "status", "--socket", socket, "--user", Nobody, "--json")).Output, StringComparison.Ordinal);
        Assert.Equal(4, (await BatonCommand.RunAsync(service, "restart", "--socket", socket, "--user", "root")).ExitCode);
        Assert.Empty(service.Log.All("Started successor"));
    }

    [Theory] // S3
    [InlineData("link", "is no directory, or a link to one")]
    [InlineData("foreign", "belongs to user 65534")]
    public async Task Path_that_somebody_else_made_first_is_refused_and_the_service_goes_on(string what, string reason)
    {
        Assert.SkipUnless(IsRoot || what != "foreign", "Only root can make a directory of somebody else: NOT tested.");
        switch (what)
        {
            case "link":
                Directory.CreateSymbolicLink(Elsewhere, Directory.CreateDirectory(_directory.PathOf("own"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName);
                break;
            default:
                Directory.CreateDirectory(Elsewhere);
                Run("chmod", "700", Elsewhere);
                Run("chown", Nobody, Elsewhere);
                break;
        }

        await using ServiceProcess service = await StartAsync();
        await service.Log.FirstAsync($"No control socket: .*{reason}.*; the service goes on without");
        await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        Assert.False(File.Exists(Path.Combine(_directory.PathOf("own"), "TestService.sock")));
        await service.StopAsync();
    }

    [Fact] // F13
    public async Task Socket_of_a_killed_process_is_taken_over()
    {
        await using (ServiceProcess killed = await StartAsync())
        {
            await killed.Log.FirstAsync("Control socket: ");
            killed.Signal(Libc.SIGKILL);
            await killed.EndAsync(killed.Pid);
        }

        Assert.True(File.Exists(SocketIn(Elsewhere)));
        await using ServiceProcess service = await StartAsync();
        await service.Log.FirstAsync("Control socket: ");
        Assert.Equal(service.Pid, (int)(await ControlWire.StatusAsync(SocketIn(Elsewhere)))["pid"]!);
        await service.StopAsync();
        Assert.Empty(Directory.GetFiles(Elsewhere));
    }

    [Fact] // F13
    public async Task Second_service_of_the_same_name_has_a_socket_of_its_own()
    {
        await using ServiceProcess first = await StartAsync();
        await first.Log.FirstAsync("Control socket: ");
        await using ServiceProcess second = await StartAsync();
        string numbered = Path.Combine(Elsewhere, string.Create(CultureInfo.InvariantCulture, $"TestService-{second.Pid}.sock"));
        await second.Log.FirstAsync($"Control socket: {numbered}");

        await second.RestartAsync();
        Assert.Equal(second.Pid, (int)(await ControlWire.StatusAsync(numbered))["pid"]!);
        Assert.Equal(first.Pid, (int)(await ControlWire.StatusAsync(SocketIn(Elsewhere)))["pid"]!);

        await first.StopAsync();
        Assert.Equal([numbered], Directory.GetFiles(Elsewhere, "*.sock"));
        await second.StopAsync();
        Assert.Empty(Directory.GetFiles(Elsewhere));
    }

    [Fact] // E4
    public async Task Socket_that_was_removed_is_there_again_by_itself_and_after_a_restart()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await service.Log.FirstAsync("Control socket: ");
        Directory.Delete(service.ControlDirectory, recursive: true);
        Assert.Equal((service.Pid, 1), await WhoAsync(service));

        File.Delete(service.ControlSocket);
        int predecessor = await service.RestartAsync();
        await service.EndAsync(predecessor);
        Assert.Equal((service.Pid, 2), await WhoAsync(service));
        await service.StopAsync();
        Assert.Empty(Directory.GetFiles(service.ControlDirectory));
    }

    [Fact] // E4
    public async Task Chain_of_restarts_keeps_the_socket_and_the_last_process_removes_it()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await service.Log.FirstAsync("Control socket: ");
        string inode = Run("stat", "-c", "%d:%i", service.ControlSocket);
        for (int i = 0; i < 5; i++)
        {
            int old = service.Pid;
            IReadOnlyList<JsonNode> lines = await ControlWire.TalkAsync(service.ControlSocket, "restart");
            Assert.True((bool)ControlWire.Only(lines, "outcome")["succeeded"]!);
            await service.RestartedAsync();
            await service.EndAsync(old);
            Assert.Equal(inode, Run("stat", "-c", "%d:%i", service.ControlSocket));
            Assert.Equal((service.Pid, i + 2), await WhoAsync(service));
        }

        await service.StopAsync();
        Assert.Empty(Directory.GetFiles(service.ControlDirectory));
    }

    [Fact] // S6
    public async Task Silent_clients_and_one_that_does_not_read_delay_neither_restart_nor_end()
    {
        ServiceSetup setup = new ServiceSetup { Probation = TimeSpan.FromSeconds(1) }.With("--GracefulRestart:Control:Timeout=01:00:00");
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await service.Log.FirstAsync("Control socket: ");
        int old = service.Pid;
        using ControlWire silent = ControlWire.Open(service.ControlSocket);
        using ControlWire deaf = await ControlWire.AskAsync(service.ControlSocket, "restart");

        await service.RestartedAsync();
        Assert.Equal(0, await service.EndAsync(old));
        Assert.Equal("Stopping", (string)Assert.Single(await silent.ToEndAsync())["failure"]!);

        using ControlWire silentToo = ControlWire.Open(service.ControlSocket);
        await service.StopAsync();
    }

    [Fact] // S6
    public async Task Watchers_and_silent_clients_keep_nobody_from_an_operation()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:Control:MaxConnections=2"));
        using ControlWire first = await WatchingAsync(service);
        using ControlWire second = await WatchingAsync(service);
        Assert.Equal("Busy", (string)(await ControlWire.TalkAsync(service.ControlSocket, "watch"))[^1]["failure"]!);

        using ControlWire silent = ControlWire.Open(service.ControlSocket);
        using ControlWire silentToo = ControlWire.Open(service.ControlSocket);
        JsonNode[] restart = [.. await ControlWire.TalkAsync(service.ControlSocket, "restart")];
        Assert.True((bool)restart.Single(l => ControlWire.Kind(l) == "outcome")["succeeded"]!);
        Assert.Equal("Busy", (string)Assert.Single(await silent.ToEndAsync())["failure"]!);
    }

    [Fact] // C6
    public async Task Connections_leave_no_descriptor_behind()
    {
        // A client that leaves at once holds its place until its thread has noticed.
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:Control:MaxConnections=1000"));
        await ControlWire.StatusAsync(service.ControlSocket);
        await Deadline.UntilAsync(() => ProcessTable.Sockets(service.Pid).Count == 2 + ServiceProcess.ControlDescriptors);
        for (int i = 0; i < 100; i++)
        {
            await ControlWire.StatusAsync(service.ControlSocket);
            ControlWire.Open(service.ControlSocket).Dispose();
        }

        await Deadline.UntilAsync(() => ProcessTable.Sockets(service.Pid).Count == 2 + ServiceProcess.ControlDescriptors);
    }

    [Fact]
    public async Task Without_control_socket_there_is_nothing()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:Control:Enabled=false"));
        await service.RestartAsync();
        Assert.False(Directory.Exists(service.ControlDirectory));
        await service.StopAsync();
    }

    private static async Task<ControlWire> WatchingAsync(ServiceProcess service)
    {
        ControlWire watcher = await ControlWire.AskAsync(service.ControlSocket, "watch");
        await watcher.UntilAsync("status");
        return watcher;
    }

    private static bool IsRoot => Environment.UserName == "root";

    private static string SocketIn(string directory) => Path.Combine(directory, "TestService.sock");

    private static ServiceSetup Setup(string directory) => new() { Environment = new Dictionary<string, string> { ["GracefulRestart__Control__Directory"] = directory } };

    private static async Task<(int Pid, int Generation)> WhoAsync(ServiceProcess service)
    {
        JsonNode status = await ControlWire.StatusAsync(service.ControlSocket);
        return ((int)status["pid"]!, (int)status["generation"]!);
    }

    private static string Mode(string path) => Run("stat", "-c", "%A", path);

    private static string Run(string program, params IEnumerable<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }

    private Task<ServiceProcess> StartAsync() => ServiceProcess.StartAsync(Setup(Elsewhere));
}

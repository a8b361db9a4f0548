using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>E3: a service that may write nowhere, is nobody, and has no capabilities.</summary>
public sealed class HardenedTests : IDisposable
{
    private const UnixFileMode Public =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    // Every mount that can be is made read-only; then the one directory, if any, that may be written.
    private const string Harden = """
        set -e
        mount --make-rprivate /
        cut -d' ' -f2 /proc/self/mounts | while read -r point; do
          mount -o remount,bind,ro "$point" 2>/dev/null || :
        done
        if [ -n "$WRITABLE" ]; then mount -t tmpfs -o uid=65534 none "$WRITABLE"; fi
        exec setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \
          sh -c 'if touch /tmp/probe 2>/dev/null; then echo "The file system can be written."; exit 9; fi; exec "$0" "$@"' "$@"
        """;

    private readonly ReleaseDirectory _releases = new();
    private readonly TemporaryDirectory _directory = new();

    public HardenedTests()
    {
        File.SetUnixFileMode(Path.GetDirectoryName(_releases.Current)!, Public);
        File.SetUnixFileMode(_directory.PathOf(""), Public);
    }

    public void Dispose()
    {
        _releases.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Service_on_a_read_only_file_system_restarts_without_its_pid_file()
    {
        string pidFile = _directory.PathOf("service.pid");
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup(writable: "").With($"--GracefulRestart:PidFile={pidFile}"));
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);

        await service.RestartAsync();
        await service.RestartAsync();

        await load.EndWithoutFailureAsync();
        await service.Log.FirstAsync($"Could not write {service.Pid} to the pid file {pidFile}: .*; the service goes on without");
        await AssertIsHardenedAsync(service);
        await service.StopAsync();
    }

    [Fact]
    public async Task Service_with_one_writable_directory_has_its_pid_file_and_unix_socket_there()
    {
        string writable = Directory.CreateDirectory(_directory.PathOf("run")).FullName;
        ServiceSetup setup = Setup(writable) with { Arguments = ["--urls", $"http://unix:{writable}/service.sock", $"--GracefulRestart:PidFile={writable}/service.pid"] };
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);

        // Seen through the root of the process: the directory is its own.
        Assert.Equal($"{service.Pid}\n", File.ReadAllText($"/proc/{service.Pid}/root{writable}/service.pid"));
        await service.RestartAsync();
        Assert.Equal($"{service.Pid}\n", File.ReadAllText($"/proc/{service.Pid}/root{writable}/service.pid"));

        ServiceAddress inside = ServiceAddress.OfUnix($"/proc/{service.Pid}/root{writable}/service.sock");
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(inside)).Pid);
        await AssertIsHardenedAsync(service);
        await service.StopAsync();
    }

    [Fact]
    public async Task Admin_page_and_api_need_no_file_and_no_right()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup(writable: ""));
        AdminClient client = new(service.Address);

        Assert.Equal(200, (await client.GetAsync("")).Status);
        Assert.Equal(200, (await client.GetAsync("/admin.css")).Status);
        Assert.Equal(service.Pid, (int)(await client.GetAsync("/status")).Json["pid"]!);
        using AdminEvents events = await AdminEvents.FollowAsync(client, "?view=html");
        await events.UntilAsync("view");
        int old = service.Pid;
        AdminAnswer restarted = await client.PostAsync("/restart");
        Assert.Equal((200, old), (restarted.Status, (int)restarted.Json["pid"]!));
        await events.UntilAsync("outcome");
        await service.RestartedAsync();
        await AssertIsHardenedAsync(service);
        Assert.Equal(0, await service.EndAsync(old));
        Assert.Equal(200, (await client.PostAsync("/shutdown")).Status);
        Assert.Equal(0, await service.EndAsync(service.Pid) ?? 0);
    }

    private ServiceSetup Setup(string writable) => new()
    {
        Command = ["unshare", "--mount", "sh", "-c", Harden, "sh", _releases.Program],
        WorkingDirectory = _releases.Current,
        Environment = new Dictionary<string, string> { ["WRITABLE"] = writable },
    };

    private static async Task AssertIsHardenedAsync(ServiceProcess service)
    {
        string[] status = await File.ReadAllLinesAsync($"/proc/{service.Pid}/status");
        Assert.Contains("Uid:\t65534\t65534\t65534\t65534", status);
        Assert.Contains("CapBnd:\t0000000000000000", status);
        Assert.Contains("NoNewPrivs:\t1", status);
    }
}

using System.Diagnostics;
using Baton.ProcessTests.Http;

namespace Baton.ProcessTests.Service;

/// <summary>
/// A real container, made by podman with runc: the machine's programs as its read-only file system, its own pid namespace, the network of the test. No image is needed. At its end nothing
/// of it is left.
/// </summary>
internal sealed class PodmanContainer : IAsyncDisposable
{
    // runc of Debian, since crun refuses hybrid cgroups; the limits because a container in a container may not raise its own.
    private static readonly string[] s_engine = ["--runtime", "runc", "run", "--rm", "--network", "host", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4000:4000"];

    private readonly string _name = $"baton-{Guid.NewGuid():N}";
    private readonly TemporaryDirectory _root;
    private readonly Process _run;

    private PodmanContainer(TemporaryDirectory root, string[] command)
    {
        _root = root;
        string[] options =
        [
            "--name", _name, "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--env", "GracefulRestart__Probation=0", "--env", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1",
        ];
        _run = Start([.. s_engine, .. options, .. Files(root), .. command]);
        Log.Read(_run.StandardOutput, _run.StandardError);
    }

    internal ServiceLog Log { get; } = new();

    internal ServiceAddress Address => ServiceAddress.Parse(Log.All(@"Now listening on: (?<address>\S+)")[0].Groups["address"].Value);

    /// <summary>Starts it; skips the test, loudly, where podman can't run a container.</summary>
    internal static async Task<PodmanContainer> StartAsync(params string[] command)
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/podman") || Environment.UserName != "root", "There is no podman, or no root: a real container is NOT tested. test.sh installs it.");
        var root = new TemporaryDirectory();
        foreach (string name in (string[])["usr", "tmp", "proc", "sys", "dev", "run", "etc"])
        {
            Directory.CreateDirectory(root.PathOf(name));
        }

        foreach (string name in (string[])["bin", "lib", "lib64"])
        {
            Directory.CreateSymbolicLink(root.PathOf(name), $"usr/{name}");
        }

        using Process probe = Start([.. s_engine, .. Files(root), "/bin/true"]);
        string said = await probe.StandardError.ReadToEndAsync().InTime("the probe of podman");
        await probe.WaitForExitAsync().InTime("the probe of podman");
        Assert.SkipWhen(probe.ExitCode != 0, $"podman can't run a container here: a real container is NOT tested. {said}");
        return new PodmanContainer(root, command);
    }

    /// <summary>Sends a signal to process 1, as the engine does.</summary>
    internal async Task SignalAsync(string name) => Assert.Equal(0, await RunAsync("kill", "--signal", name, _name));

    /// <summary>Runs a command inside.</summary>
    internal Task<int> ExecuteAsync(params string[] command) => RunAsync(["exec", _name, .. command]);

    /// <summary>As <c>podman stop</c>.</summary>
    /// <returns>The exit code of the container.</returns>
    internal async Task<int> StopAsync()
    {
        Assert.Equal(0, await RunAsync("stop", "--time", "60", _name));
        await _run.WaitForExitAsync().InTime("the end of the container");
        return _run.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_run.HasExited)
        {
            await RunAsync("rm", "--force", "--time", "0", _name);
            await _run.WaitForExitAsync().InTime("the end of the container");
        }

        TestOutput.Write(Log.ToString());
        _run.Dispose();
        _root.Dispose();
    }

    private static string[] Files(TemporaryDirectory root)
    {
        string artifacts = Path.Combine(Repository.Root, "artifacts");
        return ["--volume", "/usr:/usr:ro", "--volume", $"{artifacts}:{artifacts}:ro", "--tmpfs", "/tmp", "--rootfs", root.PathOf("")];
    }

    private static async Task<int> RunAsync(params string[] arguments)
    {
        using Process podman = Start(arguments);
        string said = await podman.StandardError.ReadToEndAsync().InTime("podman");
        await podman.WaitForExitAsync().InTime("podman");
        TestOutput.Write($"$ podman {string.Join(' ', arguments)}: {podman.ExitCode}\n{said}");
        return podman.ExitCode;
    }

    private static Process Start(string[] arguments) =>
        Process.Start(new ProcessStartInfo("podman", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}

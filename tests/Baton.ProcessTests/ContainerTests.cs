using System.Globalization;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>E2: a service in a container, as process 1 or below it.</summary>
public sealed class ContainerTests : IDisposable
{
    private static readonly string[] Service = [ServiceSetup.BuiltProgram, "--urls", "http://127.0.0.1:0"];

    private readonly TemporaryDirectory _directory = new();

    private Dictionary<string, string> Environment => new()
    {
        ["BATON_CONTROL_DIR"] = _directory.PathOf("control"),
        ["GracefulRestart__Control__Directory"] = _directory.PathOf("control"),
    };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Process_1_serves_and_shuts_down_but_is_not_restarted()
    {
        await using Container container = await Container.StartAsync(Service);
        await using BackgroundLoad load = BackgroundLoad.Start(container.Address);

        container.Signal(1, Libc.SIGUSR2);
        await container.Log.FirstAsync("Restart asked by SIGUSR2 refused: Process 1 can't be restarted, and keeps serving: it is process 1 of its container");
        string answer = (await HttpConnection.GetOnceAsync(container.Address, "/restart")).Text;
        Assert.StartsWith("NotSupported ", answer, StringComparison.Ordinal);
        await load.EndWithoutFailureAsync();

        Assert.Equal(1, (await HttpConnection.GetOnceAsync(container.Address)).Pid);
        Assert.Empty(container.Log.All("Started successor"));
        container.Signal(1, Libc.SIGTERM);
        Assert.Equal(0, await container.EndAsync());
    }

    [Theory] // docker run --init is tini. Each of them ends with the process that it started.
    [InlineData("tini")]
    [InlineData("dumb-init")]
    public async Task Process_below_an_init_that_would_end_with_it_is_not_restarted(string init)
    {
        await using Container container = await Container.StartAsync([init, "--", .. Service]);
        int pid = (await HttpConnection.GetOnceAsync(container.Address)).Pid;

        container.Signal(pid, Libc.SIGUSR2);

        await container.Log.FirstAsync($"Restart asked by SIGUSR2 refused: Process {pid} can't be restarted, and keeps serving: process 1 of its container is {init}");
        Assert.Equal(pid, (await HttpConnection.GetOnceAsync(container.Address)).Pid);
        container.Signal(1, Libc.SIGTERM);
        await container.EndAsync();
    }

    [Fact]
    public async Task Service_below_baton_run_restarts_and_process_1_stays()
    {
        await using Container container = await StartBelowRunAsync();
        await using BackgroundLoad load = BackgroundLoad.Start(container.Address);

        for (int generation = 2; generation <= 4; generation++)
        {
            container.Signal(1, Libc.SIGUSR2);
            int pid = await container.ServesAsync(generation);
            Assert.Equal(pid, (await HttpConnection.GetOnceAsync(container.Address)).Pid);
        }

        await load.EndWithoutFailureAsync();
        await Deadline.UntilAsync(() => container.ZombieChildrenOfProcess1 == 0);
        container.Signal(1, Libc.SIGTERM);
        Assert.Equal(0, await container.EndAsync());
        Assert.Single(container.Log.All("Shutdown asked by SIGTERM"));
    }

    [Fact]
    public async Task Container_outlives_a_crash_of_the_process_in_charge()
    {
        await using Container container = await StartBelowRunAsync();
        container.Signal(1, Libc.SIGUSR2);
        int pid = await container.ServesAsync(2);
        await container.Log.FirstAsync("Predecessor .* has gone");
        int after = container.Log.Length;

        container.Signal(pid, Libc.SIGKILL);

        await container.Log.FirstAsync("generation 1: Starting -> Serving", after);
        Assert.NotEqual(pid, (await HttpConnection.GetOnceAsync(container.Address)).Pid);
        container.Signal(1, Libc.SIGTERM);
        Assert.Equal(0, await container.EndAsync());
    }

    [Fact]
    public async Task Container_outlives_a_release_that_is_rolled_back()
    {
        await using Container container = await StartBelowRunAsync("--GracefulRestart:Probation=00:01:00");
        int first = (await HttpConnection.GetOnceAsync(container.Address)).Pid;

        container.Signal(1, Libc.SIGUSR2);
        string successor = (await container.Log.FirstAsync(@"Process (?<pid>\d+), generation 2: Starting -> OnProbation")).Groups["pid"].Value;
        container.Signal(int.Parse(successor, CultureInfo.InvariantCulture), Libc.SIGKILL);
        await container.Log.FirstAsync($"Rolled back: successor {successor} was ended by SIGKILL");

        Assert.Equal(first, (await HttpConnection.GetOnceAsync(container.Address)).Pid);
        container.Signal(1, Libc.SIGTERM);
        Assert.Equal(0, await container.EndAsync());
    }

    private Task<Container> StartBelowRunAsync(params string[] arguments) =>
        Container.StartAsync([BatonCommand.Program, "run", "--", .. Service, .. arguments], Environment);
}

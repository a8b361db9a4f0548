using System.Text.Json.Nodes;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>The lock of the service's name: it refuses nobody, and a restart or a roll back leaves no gap in it.</summary>
public sealed class NameLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Folder => _directory.PathOf("c");

    private string Lock => Path.Combine(Folder, "TestService.lock");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Second_program_of_one_name_serves_beside_the_first_and_says_so()
    {
        await using ServiceProcess first = await ServiceProcess.StartAsync(Setup());
        await HolderAsync("TestService.sock", first.Pid);
        await using ServiceProcess second = await ServiceProcess.StartAsync(Setup());
        string beside = $"TestService-{second.Pid}.sock";
        await second.Log.FirstAsync($"The name TestService is held by process {first.Pid}; process {second.Pid} serves beside it");
        await HolderAsync(beside, first.Pid);

        // From one process to the next, as nobody looks at it only.
        using var look = new CancellationTokenSource();
        Task<bool> freed = WasFreedAsync(look.Token);
        int predecessor = first.Pid;
        await first.RestartAsync();
        await first.EndAsync(predecessor);
        await HolderAsync("TestService.sock", first.Pid);
        await look.CancelAsync();
        Assert.False(await freed);
        await HolderAsync(beside, first.Pid);

        await first.StopAsync();
        await HolderAsync(beside, second.Pid);
        Assert.Single(second.Log.All("The name TestService is held"));
        await second.StopAsync();
        Assert.False(File.Exists(Lock));
    }

    // A successor that dies, and one that lives and gives back.
    [Theory]
    [InlineData("kill")]
    [InlineData("unhealthy")]
    public async Task Predecessor_has_the_name_again_after_a_roll_back_and_had_it_all_the_time(string misdeed)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup(TimeSpan.FromSeconds(60)));
        int predecessor = service.Pid;
        await HolderAsync("TestService.sock", predecessor);
        using var look = new CancellationTokenSource();
        Task<bool> freed = WasFreedAsync(look.Token);
        service.SetNextBehaviour($"after-commit {misdeed} 1");
        int after = service.Log.Length;
        await service.RestartAsync();
        int successor = service.Pid;
        await service.RolledBackAsync(after);
        await Deadline.UntilAsync(() => !ProcessTable.IsAlive(successor));

        await HolderAsync("TestService.sock", predecessor);
        await look.CancelAsync();
        Assert.False(await freed);
        await service.StopAsync();
        Assert.False(File.Exists(Lock));
    }

    [Fact]
    public async Task Complete_restart_frees_the_name_for_the_new_program()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup().With("--GracefulRestart:Strategy=Complete"));
        await HolderAsync("TestService.sock", service.Pid);
        int predecessor = service.Pid;
        await service.RestartAsync();
        await service.EndAsync(predecessor);
        await HolderAsync("TestService.sock", service.Pid);
        Assert.Empty(service.Log.All("The name TestService is held"));
    }

    // The kernel frees it: nobody has to clean up.
    [Fact]
    public async Task Killed_service_leaves_the_name_free()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup());
        await HolderAsync("TestService.sock", service.Pid);
        service.Signal(Libc.SIGKILL);
        await Deadline.UntilAsync(() => !ProcessTable.IsAlive(service.Pid));
        Assert.True(IsFree());
    }

    private ServiceSetup Setup(TimeSpan? probation = null) =>
        new ServiceSetup { Probation = probation ?? TimeSpan.Zero }.With($"--GracefulRestart:Control:Directory={Folder}", "--GracefulRestart:ExitTimeout=00:00:02");

    private Task HolderAsync(string socket, int pid) => Deadline.UntilAsync(
        async () => (await ControlWire.StatusAsync(Path.Combine(Folder, socket)))["nameHeldBy"] is JsonValue holder && (int)holder == pid,
        $"process {pid} has the name, as {socket} says");

    private async Task<bool> WasFreedAsync(CancellationToken end)
    {
        bool freed = false;
        while (!end.IsCancellationRequested && !freed)
        {
            freed = IsFree();
            await Task.Delay(1, CancellationToken.None);
        }

        return freed;
    }

    // The runtime locks what it opens for itself alone, by flock(2), and does not wait.
    private bool IsFree()
    {
        try
        {
            using var file = new FileStream(Lock, FileMode.Open, FileAccess.Read, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

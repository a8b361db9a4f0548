using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>D9, G6: samples/Worker, restarted and killed: its timer never ticks in two processes, its consumer does each job once.</summary>
[Jit("A sample.")]
public sealed class WorkerSampleTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Restarts_and_kills_of_either_process_never_make_two_tick()
    {
        var ticks = new TickLog(_directory.PathOf("ticks"));
        await using ServiceProcess service = await StartAsync();
        await ticks.WorksAsync(service.Pid);

        // A restart, and the end of its probation.
        int first = await service.RestartAsync();
        await ticks.WorksAsync(service.Pid);
        Assert.Equal(0, await service.EndAsync(first));

        // The successor is killed on probation.
        int after = service.Log.Length;
        int predecessor = await service.RestartAsync();
        ServiceProcess.Signal(service.Pid, Libc.SIGKILL);
        await service.RolledBackAsync(after);
        await ticks.WorksAsync(predecessor);

        // The predecessor is killed on probation.
        after = service.Log.Length;
        predecessor = await service.RestartAsync();
        ServiceProcess.Signal(predecessor, Libc.SIGKILL);
        await ticks.WorksAsync(service.Pid);

        // Killed at any moment of a restart.
        after = service.Log.Length;
        service.Signal(Libc.SIGUSR2);
        int killed = service.Pid;
        await service.SuccessorAsync(after);
        ServiceProcess.Signal(killed, Libc.SIGKILL);
        await Deadline.UntilAsync(() => ticks.Read() is [.., { Pid: var pid }] && pid != killed);
        ticks.AssertNoOverlap();
    }

    [Fact]
    public async Task Jobs_are_done_once()
    {
        string inbox = Directory.CreateDirectory(_directory.PathOf("inbox")).FullName;
        await using ServiceProcess service = await StartAsync();
        for (int i = 0; i < 20; i++)
        {
            string draft = Path.Combine(inbox, $"{i}.draft");
            await File.WriteAllTextAsync(draft, $"words {i};", TestContext.Current.CancellationToken);
            File.Move(draft, Path.ChangeExtension(draft, ".job"));
            if (i == 10)
            {
                await service.RestartAsync();
            }
        }

        await Deadline.UntilAsync(() => Directory.GetFiles(inbox).Length == 0);
        await service.StopAsync();
        for (int i = 0; i < 20; i++)
        {
            Assert.Single(service.Log.All($"words {i};"));
        }
    }

    private Task<ServiceProcess> StartAsync() => ServiceProcess.StartAsync(new ServiceSetup
    {
        Command = [Path.Combine(TestBuild.UsualOf("Worker"), "Worker")],
        Arguments =
        [
            "--Logging:Console:FormatterName=simple", "--Logging:Console:FormatterOptions:SingleLine=true",
            "--ticks", _directory.PathOf("ticks"), "--inbox", _directory.PathOf("inbox"),
        ],
        Probation = TimeSpan.FromSeconds(8),
    });
}

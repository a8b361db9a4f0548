using System.Diagnostics;
using System.Globalization;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>The pid file names the process in charge at every moment, and is never worth the service.</summary>
public sealed class PidFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string PidFile => _directory.PathOf("service.pid");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Pid_file_follows_the_process_in_charge_and_goes_with_the_last()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With($"--GracefulRestart:PidFile={PidFile}"));
        Assert.Equal(service.Pid, Named());

        await service.RestartAsync();
        Assert.Equal(service.Pid, Named());

        await service.StopAsync();
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(PidFile)!));
    }

    [Fact]
    public async Task Pid_file_names_the_old_process_again_after_a_roll_back()
    {
        ServiceSetup setup = new ServiceSetup { Probation = TimeSpan.FromSeconds(60) }.With($"--GracefulRestart:PidFile={PidFile}");
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        int predecessor = service.Pid;
        service.SetNextBehaviour("after-commit kill 1");

        await service.RestartAsync();
        await service.RolledBackAsync();

        await Deadline.UntilAsync(() => Named() == predecessor);
    }

    [Fact] // F14
    public async Task Pid_file_that_can_not_be_written_costs_neither_the_start_nor_a_restart()
    {
        string nowhere = _directory.PathOf("missing/service.pid");
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With($"--GracefulRestart:PidFile={nowhere}"));
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        await service.Log.FirstAsync($"Could not write {service.Pid} to the pid file {nowhere}: .*; the service goes on without");

        await service.RestartAsync();

        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }

    [Fact] // F14: in a mount namespace of its own, with a file system as large as a page.
    public async Task Full_disk_leaves_room_for_the_pid_file_in_place_of_the_old_one()
    {
        string disk = Directory.CreateDirectory(_directory.PathOf("disk")).FullName;
        string[] onSmallDisk = ["unshare", "--map-root-user", "--mount", "sh", "-c", $"mount -t tmpfs -o size=4k none {disk} && exec \"$@\"", "sh"];
        ServiceSetup setup = new ServiceSetup { Command = [.. onSmallDisk, ServiceSetup.BuiltProgram] }.With($"--GracefulRestart:PidFile={disk}/service.pid");
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);

        // The file itself has the only page; another one has no room.
        await service.RestartAsync();

        string seen = $"/proc/{service.Pid}/root{disk}";
        await Deadline.UntilAsync(() => File.Exists($"{seen}/service.pid") && File.ReadAllText($"{seen}/service.pid") == $"{service.Pid}\n");
        Assert.Single(Directory.GetFiles(seen));
        await service.StopAsync();
    }

    [Fact] // Opening a FIFO waits for a writer, on the thread that has to hand over and to hear of signals.
    public async Task Fifo_swapped_in_for_the_pid_file_holds_up_neither_a_restart_nor_the_end()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With($"--GracefulRestart:PidFile={PidFile}"));
        File.Delete(PidFile);
        using (Process mkfifo = Process.Start("mkfifo", PidFile))
        {
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await service.RestartAsync();
        await service.Log.FirstAsync("The pid file .* was a FIFO: replaced by a file that names process");
        await Deadline.UntilAsync(() => Named() == service.Pid);

        await service.StopAsync();
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(PidFile)!));
    }

    [Fact] // F13, F14: who may write to the directory must not be able to have us write elsewhere.
    public async Task Link_in_the_place_of_the_draft_is_not_followed()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With($"--GracefulRestart:PidFile={PidFile}"));
        string victim = _directory.PathOf("victim");
        await File.WriteAllTextAsync(victim, "untouched", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink($"{PidFile}.{service.Pid}", victim);

        await service.RestartAsync();

        await Deadline.UntilAsync(() => Named() == service.Pid);
        Assert.Equal("untouched", await File.ReadAllTextAsync(victim, TestContext.Current.CancellationToken));
        await service.StopAsync();
    }

    [Fact] // F13
    public async Task Stale_pid_file_of_a_killed_service_is_replaced()
    {
        await File.WriteAllTextAsync(PidFile, "1\n", TestContext.Current.CancellationToken);

        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With($"--GracefulRestart:PidFile={PidFile}"));

        Assert.Equal(service.Pid, Named());
        await service.StopAsync();
    }

    [Fact]
    public async Task File_of_the_old_configuration_goes_when_the_new_one_names_another()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Settings = PidFileSetting("old.pid") });
        service.WriteSettings(PidFileSetting("new.pid"));

        int predecessor = await service.RestartAsync();
        await service.EndAsync(predecessor);

        Assert.Equal([_directory.PathOf("new.pid")], Directory.GetFiles(Path.GetDirectoryName(PidFile)!, "*.pid*"));
        Assert.Equal($"{service.Pid}\n", File.ReadAllText(_directory.PathOf("new.pid")));
        await service.StopAsync();
    }

    [Fact] // F15
    public async Task Without_a_path_there_is_no_pid_file()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup());
        await service.RestartAsync();
        Assert.Empty(Directory.GetFiles(service.WorkingDirectory, "*.pid*", SearchOption.AllDirectories));
        await service.StopAsync();
    }

    private string PidFileSetting(string name) => $$"""{ "GracefulRestart": { "PidFile": "{{_directory.PathOf(name)}}" } }""";

    private int Named() => int.Parse(File.ReadAllText(PidFile), CultureInfo.InvariantCulture);
}

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
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With($"--Restart:PidFile={PidFile}"));
        Assert.Equal(service.Pid, Named());

        await service.RestartAsync();
        Assert.Equal(service.Pid, Named());

        await service.StopAsync();
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(PidFile)!));
    }

    [Fact]
    public async Task Pid_file_names_the_old_process_again_after_a_roll_back()
    {
        ServiceSetup setup = new ServiceSetup { Probation = TimeSpan.FromSeconds(60) }.With($"--Restart:PidFile={PidFile}");
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
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With($"--Restart:PidFile={nowhere}"));
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        await service.Log.FirstAsync($"Could not write {service.Pid} to the pid file {nowhere}: .*; the service goes on without");

        await service.RestartAsync();

        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }

    [Fact] // F14: /dev/full answers ENOSPC to every write, and so does the draft beside the file, which is a link to it.
    public async Task Full_disk_leaves_the_pid_file_as_it_was()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With($"--Restart:PidFile={PidFile}"));
        int first = service.Pid;
        File.CreateSymbolicLink($"{PidFile}.{first}", "/dev/full");

        await service.RestartAsync();

        await service.Log.FirstAsync($"Could not write {service.Pid} to the pid file .*No space left on device");

        // The successor, with a draft of its own, has written it all the same.
        await Deadline.UntilAsync(() => Named() == service.Pid);
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

    private int Named() => int.Parse(File.ReadAllText(PidFile), CultureInfo.InvariantCulture);
}

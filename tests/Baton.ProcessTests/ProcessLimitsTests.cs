using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>A8 B16d B20: what a successor gets of its predecessor, and which of the two goes first where something is short.</summary>
public sealed class ProcessLimitsTests
{
    [Fact] // A8
    public async Task Successor_is_the_first_that_the_kernel_ends_until_it_serves()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(60) });
        string own = OomScore(service.Pid);
        (Latch latch, int successor) = await service.BeginRestartAsync();

        Assert.Equal(("1000", own), (OomScore(successor), OomScore(service.Pid)));

        int after = service.Log.Length;
        latch.Open();
        await service.RestartedAsync(after);
        await Deadline.UntilAsync(() => OomScore(successor) == own);
        Assert.Empty(service.Log.All("stays the first that the kernel ends"));
    }

    [Fact] // A8
    public async Task Successor_is_what_the_kernel_ends_where_there_is_no_memory_for_two()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup());
        using MemoryCgroup? group = MemoryCgroup.TryMake(service.Pid);
        Assert.SkipWhen(group is null, "No cgroup with a memory limit can be made here.");
        group.Limit(600);
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        await load.MoreAsync();

        service.SetNextBehaviour("eat 2000");
        string why = await service.FailToRestartAsync();
        Assert.Contains("SIGKILL", why, StringComparison.Ordinal);
        Assert.Contains($"Process {service.Pid} keeps serving.", why, StringComparison.Ordinal);
        await load.EndWithoutFailureAsync();

        service.SetNextBehaviour("");
        await service.RestartAsync();
        await service.StopAsync();
    }

    [Fact] // B16d
    public async Task Arguments_and_variables_that_are_not_utf_8_are_the_same_bytes_over_generations()
    {
        const string Start = "TEST_BYTES=$(printf 'caf\\351'); export TEST_BYTES; exec \"$0\" \"$@\" --Greeting \"$(printf 'th\\351')\"";
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Command = ["sh", "-c", Start, ServiceSetup.BuiltProgram] });
        byte[] arguments = File.ReadAllBytes($"/proc/{service.Pid}/cmdline");
        Assert.Equal([.. "th"u8, 0xE9, 0], arguments[^4..]);

        await service.RestartAsync();
        await service.RestartAsync();

        Assert.Equal(arguments, File.ReadAllBytes($"/proc/{service.Pid}/cmdline"));
        byte[] expected = [0, .. "TEST_BYTES=caf"u8, 0xE9, 0];
        byte[] environment = [0, .. File.ReadAllBytes($"/proc/{service.Pid}/environ")];
        Assert.True(environment.AsSpan().IndexOf(expected) >= 0, $"TEST_BYTES is not what it was: {Convert.ToHexString(environment)}");
    }

    private static string OomScore(int pid) => File.ReadAllText($"/proc/{pid}/oom_score_adj").Trim();
}

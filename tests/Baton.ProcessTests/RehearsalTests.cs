using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>B19: an upgrade may have removed the framework of a running service, which then can't load more of it.</summary>
[Jit("a native service loads no assemblies")]
public sealed class RehearsalTests
{
    // The last that the rehearsal needs, and nothing else in the service.
    private const string LoadedByRehearsal = "System.Text.RegularExpressions.dll";

    [Fact] // B19
    public async Task Status_page_and_restart_load_nothing_that_the_service_has_not_loaded_before()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(60) });
        int pid = service.Pid;
        await Deadline.UntilAsync(() => Assemblies(pid).Contains(LoadedByRehearsal));
        HashSet<string> before = Assemblies(pid);

        using (var client = new HttpClient())
        {
            Assert.Contains("<html", await client.GetStringAsync($"{service.Address.Text}/debug/admin", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.Equal(0, (await BatonCommand.RunAsync(service, "status")).ExitCode);
        await service.RestartAsync();

        Assert.Empty(Assemblies(pid).Except(before));
    }

    private static HashSet<string> Assemblies(int pid) =>
        [.. File.ReadLines($"/proc/{pid}/maps").Where(l => l.EndsWith(".dll", StringComparison.Ordinal)).Select(l => Path.GetFileName(l))];
}

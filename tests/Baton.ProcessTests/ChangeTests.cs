using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>A restart because files have changed.</summary>
public sealed class ChangeTests
{
    private const string Watching = """
        "GracefulRestart": { "RestartWhenChanged": ["appsettings.json", "certificate.pem"], "ChangeQuietTime": "00:00:00.2", "ChangeMinInterval": "00:00:00" }
        """;

    // Kubernetes resizes a pod in place.
    [Fact]
    public async Task Changed_memory_limit_is_told_the_garbage_collector()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup());
        using MemoryCgroup? group = MemoryCgroup.TryMake(service.Pid);
        Assert.SkipWhen(group is null, "No cgroup with a memory limit can be made here.");
        group.Limit(800);
        await service.Log.FirstAsync("The memory limit is now 800 MiB, was .*: the garbage collector uses it");
        group.Limit(600);
        await service.Log.FirstAsync("The memory limit is now 600 MiB, was 800 MiB: the garbage collector uses it");
        await service.StopAsync();
    }

    [Fact]
    public async Task Changed_file_restarts_the_service_once_and_a_bad_one_leaves_it_as_it_is()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Settings = $$"""{ {{Watching}} }""" });
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        await load.MoreAsync();
        await service.Log.FirstAsync("A change of .*appsettings.json, .*certificate.pem restarts the service");

        // A file that comes into being counts, too.
        await File.WriteAllTextAsync(Path.Combine(service.WorkingDirectory, "certificate.pem"), "new", TestContext.Current.CancellationToken);
        int first = await service.RestartedAsync();
        await service.EndAsync(first);
        Assert.Single(service.Log.All(@"Restart asked by a change of \S+/certificate\.pem"));

        int after = service.Log.Length;
        service.WriteSettings($$"""{ {{Watching}}, "Kestrel": 1 "no JSON" }""");
        Assert.Contains($"Process {service.Pid} keeps serving.", await service.FailedToRestartAsync(after), StringComparison.Ordinal);
        Assert.Equal([service.Pid], service.Living);

        // The same content again is no change, the old one neither; only then a new one is.
        after = service.Log.Length;
        service.WriteSettings($$"""{ {{Watching}} }""");
        service.WriteSettings($$"""{ {{Watching}}, "New": "yes" }""");
        await service.RestartedAsync(after);
        Assert.Single(service.Log.All("Restart asked by", after));
        Assert.Equal(3, service.Generation);
        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }
}

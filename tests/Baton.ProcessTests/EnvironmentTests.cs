using System.Text.Json;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>E5, E7: a successor is started as the first process was.</summary>
public sealed class EnvironmentTests
{
    [Fact] // E5
    public async Task Environment_arguments_and_directory_are_kept_over_generations()
    {
        const string Value = "with spaces, = and \u00fc\nin two lines";
        var environment = new Dictionary<string, string> { ["TEST_VALUE"] = Value };
        ServiceSetup setup = new ServiceSetup { Environment = environment }.With("--Greeting", "good day, \"friend\"", "");
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);

        await service.RestartAsync();
        await service.RestartAsync();

        Assert.Equal(Value, await AskAsync(service, "/env?name=TEST_VALUE"));
        Assert.Equal("", await AskAsync(service, "/env?name=BATON_HANDOVER"));
        Assert.Equal(setup.Arguments, JsonSerializer.Deserialize<string[]>(await AskAsync(service, "/args")));
        Assert.Equal(service.WorkingDirectory, await AskAsync(service, "/cwd"));
    }

    // As dotnet-trace starts a program; here the tool lets the first process go, and then nobody is there to let others go.
    [Fact]
    [Jit("Native code does not ask a diagnostic port.")]
    public async Task Successor_is_not_suspended_by_the_tool_that_the_first_process_was_started_by()
    {
        using var directory = new TemporaryDirectory();
        using var tool = new DiagnosticTool(directory.PathOf("port"));
        var environment = new Dictionary<string, string> { ["DOTNET_EnableDiagnostics"] = "1", ["DOTNET_DiagnosticPorts"] = directory.PathOf("port"), ["TMPDIR"] = directory.PathOf("") };
        await using ServiceProcess service = ServiceProcess.Launch(new ServiceSetup { Environment = environment });
        await tool.ResumeOneAsync();
        await service.ServesFirstAsync();

        await service.RestartAsync();

        Assert.Equal(directory.PathOf("port,nosuspend"), await AskAsync(service, "/env?name=DOTNET_DiagnosticPorts"));
        await service.Log.FirstAsync("Successors get DOTNET_DiagnosticPorts=.* as .*,nosuspend: it would wait for a tool");
    }

    [Fact] // E7
    [Jit("The dotnet host runs assemblies.")]
    public async Task Service_started_by_the_dotnet_host_restarts()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            new ServiceSetup { Command = ["dotnet", Path.Combine(ServiceSetup.BuiltDirectory, "TestService.dll")] });

        int predecessor = await service.RestartAsync();

        Assert.NotEqual(predecessor, service.Pid);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact] // E5
    public async Task Successor_runs_from_the_release_that_the_link_leads_to_now()
    {
        using var releases = new ReleaseDirectory();
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Command = [releases.Program] });
        await AssertRunsFromAsync(releases.PathOf("1"), service);

        releases.Switch(releases.Add("2"));
        await service.RestartAsync();
        await AssertRunsFromAsync(releases.PathOf("2"), service);

        releases.Switch(releases.PathOf("1"));
        await service.RestartAsync();
        await AssertRunsFromAsync(releases.PathOf("1"), service);
    }

    [Fact] // E5
    public async Task Old_release_that_was_deleted_too_early_still_hands_over_to_the_new_one()
    {
        using var releases = new ReleaseDirectory();
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            new ServiceSetup { Command = ["sh", "-c", "cd \"$0\" && exec ./TestService \"$@\"", releases.Current] });
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        await load.MoreAsync();

        releases.Switch(releases.Add("2"));
        Directory.Delete(releases.PathOf("1"), recursive: true);
        int predecessor = await service.RestartAsync();

        Assert.Equal(0, await service.EndAsync(predecessor));
        await load.EndWithoutFailureAsync();
        await AssertRunsFromAsync(releases.PathOf("2"), service);
        Assert.Equal(releases.PathOf("2"), await AskAsync(service, "/cwd"));
    }

    [Fact] // E5
    public async Task Program_and_directory_both_follow_the_link_when_the_shell_came_by_it()
    {
        using var releases = new ReleaseDirectory();
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            new ServiceSetup { Command = ["sh", "-c", "cd \"$0\" && exec ./TestService \"$@\"", releases.Current] });

        releases.Switch(releases.Add("2"));
        await service.RestartAsync();

        await AssertRunsFromAsync(releases.PathOf("2"), service);
        Assert.Equal(releases.PathOf("2"), await AskAsync(service, "/cwd"));
    }

    [Fact] // E5
    public async Task Working_directory_that_was_deleted_fails_the_restart_until_it_is_there_again()
    {
        using var temporary = new TemporaryDirectory();
        string directory = temporary.PathOf("work");
        Directory.CreateDirectory(directory);
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { WorkingDirectory = directory });

        Directory.Delete(directory, recursive: true);
        string line = await service.FailToRestartAsync();
        Assert.Contains($"in {directory}: the working directory does not exist", line, StringComparison.Ordinal);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);

        Directory.CreateDirectory(directory);
        await service.RestartAsync();
        Assert.Equal(directory, await AskAsync(service, "/cwd"));
    }

    private static async Task<string> AskAsync(ServiceProcess service, string path) =>
        (await HttpConnection.GetOnceAsync(service.Address, path)).Text;

    private static async Task AssertRunsFromAsync(string release, ServiceProcess service) =>
        Assert.Equal(release, (await AskAsync(service, "/release")).TrimEnd('/'));
}

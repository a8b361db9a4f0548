using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>S2 and outcomes: what <c>RestartAsync(program)</c> gives to who asked, over a connection of the old process.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly ReleaseDirectory _releases = new();

    private ServiceSetup Setup => new ServiceSetup { Command = [_releases.Program] }.With($"--GracefulRestart:AllowedProgramDirectories:0={_releases.PathOf("")}");

    public void Dispose() => _releases.Dispose();

    [Fact]
    public async Task Program_of_another_release_takes_over_and_who_asked_gets_the_outcome()
    {
        string release = _releases.Add("2");
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);

        string outcome = await AskAsync(service, Path.Combine(release, "TestService"));
        await service.RestartedAsync();

        Assert.Equal($"Handover {service.Pid} 2 spawn,starting,hosted services,warm-up,commit,probation", outcome);
        Assert.Equal(release, (await HttpConnection.GetOnceAsync(service.Address, "/release")).Text.TrimEnd('/'));

        // The next restart without a name stays with what was named.
        await service.RestartAsync();
        Assert.Equal(release, (await HttpConnection.GetOnceAsync(service.Address, "/release")).Text.TrimEnd('/'));
        await load.EndWithoutFailureAsync();
    }

    [Theory] // S2
    [InlineData("/bin/true", "ProgramRefused")]
    [InlineData("TestService", "ProgramRefused")]
    [InlineData("{releases}/../current/TestService", "ProgramRefused")]
    [InlineData("{releases}", "ProgramRefused")]
    public async Task Program_outside_the_allowed_directories_is_refused_and_nothing_is_started(string program, string answer)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);

        Assert.StartsWith(answer, await AskAsync(service, program.Replace("{releases}", _releases.PathOf(""), StringComparison.Ordinal)), StringComparison.Ordinal);

        await service.Log.FirstAsync("Restart asked by a request refused: The program .* was refused");
        Assert.Empty(service.Log.All("Started successor"));
        await service.RestartAsync();
    }

    [Theory]
    [InlineData("in-start throw", "SuccessorFailed code= signal=6 words=InvalidOperationException: ")]
    [InlineData("after-commit kill 1", "SuccessorDied code= signal=9 words= ")]
    [InlineData("after-commit unhealthy 1", "SuccessorUnhealthy code= signal= words=told to be unhealthy ")]
    public async Task Who_asked_gets_the_reason_and_the_successors_own_words(string behaviour, string answer)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { Probation = TimeSpan.FromSeconds(60) });
        int pid = service.Pid;
        service.SetNextBehaviour(behaviour);

        Assert.StartsWith(answer, await AskAsync(service, program: null), StringComparison.Ordinal);

        Assert.Equal(pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    private static async Task<string> AskAsync(ServiceProcess service, string? program) => (await HttpConnection.GetOnceAsync(
        service.Address, program is null ? "/restart" : $"/restart?program={Uri.EscapeDataString(program)}")).Text;
}

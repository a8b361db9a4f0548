using System.Buffers.Binary;
using System.Text;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>
/// F2, F4, F12: more that a successor can do wrong before its commit, each under load: no request fails, and the next good restart works. The common ones are in
/// <see cref="FailureTests"/>, a port that is taken in <see cref="ConfigurationTests"/>, more nonsense in <see cref="ChannelTests"/>.
/// </summary>
public sealed class BeforeCommitTests
{
    private static readonly ServiceSetup Setup = new ServiceSetup { Probation = TimeSpan.FromSeconds(60) }.With("--GracefulRestart:ExitTimeout=00:00:02");

    // One without memory can be stuck in its own end.
    private const string Stuck = "was not ready within 30 s and was killed";

    [Theory] // F2 F3 F9
    [InlineData("in-start oom", $"could not start: OutOfMemoryException|was ended by SIG(ABRT|SEGV) before it was ready|{Stuck}")]
    [InlineData("in-start segv", "was ended by SIGSEGV before it was ready")]
    [InlineData("in-start kill", "was ended by SIGKILL before it was ready")]
    [InlineData("in-start host-stop", "could not start: TaskCanceledException")]
    [InlineData("in-start garbage", "broke the handover: A message of 1213486160 bytes was announced")]
    [InlineData("in-start close-channel", "exited with code 1 before it was ready")]
    public Task Successor_that_fails_while_it_starts_costs_nothing(string behaviour, string reason) =>
        FailAsync(Setup.With("--GracefulRestart:ReadyTimeout=00:00:30"), behaviour, reason);

    [Theory] // F4
    [InlineData("hang-in-main")]
    [InlineData("in-start stop")]
    public Task Successor_that_hangs_and_ignores_SIGTERM_is_killed_and_costs_nothing(string behaviour) =>
        FailAsync(Setup.With("--GracefulRestart:ReadyTimeout=00:00:03"), $"ignore-sigterm\n{behaviour}", "was not ready within 3 s and was killed");

    [Fact] // F12
    public async Task Ready_that_comes_after_the_restart_has_failed_is_refused()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        int pid = service.Pid;

        // A real successor is killed or gone by then: this one has two voices.
        byte[] words = [.. Frame("hello", """{"minVersion":1,"maxVersion":1,"pid":1,"program":"impostor"}"""),
            .. Frame("failed", """{"reason":"told to fail"}"""), .. Frame("ready", """{"claimed":[]}""")];
        service.SetNextBehaviour($"say {Convert.ToBase64String(words)}");
        string line = await service.FailToRestartAsync();

        Assert.Contains("could not start: told to fail", line, StringComparison.Ordinal);
        await service.Log.FirstAsync("The predecessor said .*\"refused\"");
        await Deadline.UntilAsync(() => service.Living.Count == 1);
        Assert.Equal([pid], service.Living);
        service.SetNextBehaviour("");
        await service.RestartAsync();
    }

    private static byte[] Frame(string kind, string body)
    {
        byte[] text = Encoding.UTF8.GetBytes($$"""{"kind":"{{kind}}","optional":false,"body":{{body}}}""");
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
        return [.. length, .. text];
    }

    private static async Task FailAsync(ServiceSetup setup, string behaviour, string reason)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        await load.MoreAsync();
        int pid = service.Pid;

        service.SetNextBehaviour(behaviour);
        string line = await service.FailToRestartAsync();

        Assert.Matches($"successor \\d+ ({reason})", line);
        Assert.EndsWith($"Process {pid} keeps serving.", line, StringComparison.Ordinal);
        Assert.Equal([pid], service.Living);
        service.SetNextBehaviour("");
        Assert.Equal(pid, await service.RestartInTimeAsync());
        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }
}

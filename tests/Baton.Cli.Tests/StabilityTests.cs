using Baton.Cli.CommandLine;
using Baton.Cli.Tests.Support;

namespace Baton.Cli.Tests;

/// <summary>A service that is watched for some time.</summary>
public sealed class StabilityTests : IDisposable
{
    private readonly Support.Cli _cli = new();

    [Fact]
    public async Task Check_ServiceStaysAsItIs_IsStable()
    {
        await using FakeService service = Shop();
        CliResult result = await _cli.RunAsync("check", "--stable-for", "100ms");
        Assert.Equal((ExitCode.Done, ""), (result.ExitCode, result.Error));
        Assert.Equal("shop: process 4711, generation 3, has served for 100 ms without a change.\n", result.Output);
    }

    [Fact]
    public async Task Check_AnotherProcessServes_IsNotStable() =>
        await AssertUnstableAsync(s => s.Status = Samples.Service("shop", 4735, 4), "process 4735, generation 4, answers instead of process 4711");

    [Fact]
    public async Task Check_ARestartIsUnderWay_IsNotStable() =>
        await AssertUnstableAsync(s => s.Status = Samples.Service("shop", 4711, 3, ProcessState.Restarting), "process 4711 is Restarting");

    // It was backed out: the same process serves.
    [Fact]
    public async Task Check_ARestartWasAsked_IsNotStable() => await AssertUnstableAsync(
        s => s.Status = Samples.Shop with { LastRestarts = [Samples.Record(RestartFailure.SpawnFailed, "no such file")] }, "a restart was asked meanwhile by baton");

    [Fact]
    public async Task Check_OnProbation_IsNotStable()
    {
        await using FakeService service = Shop();
        service.Status = Samples.Service("shop", 4735, 4, ProcessState.OnProbation);
        Assert.Equal(ExitCode.Failed, (await _cli.RunAsync("check", "--stable-for", "1h")).ExitCode);
    }

    [Theory]
    [InlineData("infinite")]
    [InlineData("1m", "--program", "/srv/shop/2/Shop")]
    public async Task Check_StableForNoTime_IsWrong(params string[] more) =>
        Assert.Equal(ExitCode.Usage, (await _cli.RunAsync(["check", "--stable-for", .. more])).ExitCode);

    public void Dispose() => _cli.Dispose();

    private FakeService Shop() => new(_cli.Directory, Samples.Shop);

    private async Task AssertUnstableAsync(Action<FakeService> changes, string why)
    {
        await using FakeService service = Shop();
        service.AfterStatus(times: 2, () => changes(service));
        CliResult result = await _cli.RunAsync("check", "--stable-for", "1h", "--json");
        Assert.Equal(ExitCode.Failed, result.ExitCode);
        Assert.Contains("\"failure\":\"NotStable\"", result.Output, StringComparison.Ordinal);
        Assert.Contains(why, result.Output, StringComparison.Ordinal);
    }
}

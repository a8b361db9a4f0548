using Baton.Cli.CommandLine;
using Baton.Cli.Tests.Support;
using Baton.Control;

namespace Baton.Cli.Tests;

/// <summary>A story that breaks off is judged by who serves afterwards, never guessed.</summary>
public sealed class LostConnectionTests : IDisposable
{
    private readonly Support.Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Lost_AndAnotherServes_IsDone()
    {
        await using FakeService service = BreaksOff(s => s.Status = Samples.Service("shop", 4735, 4));

        CliResult result = await _cli.RunAsync("restart");

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal("shop restarted: process 4735, generation 4, version 1.4.2, serves.\n", result.Output);
        Assert.Contains("Asking who serves now", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_AndTheSuccessorIsOnProbation_WaitsForItsEnd()
    {
        await using FakeService service = BreaksOff(s =>
        {
            s.Status = Samples.Service("shop", 4735, 4, ProcessState.OnProbation);
            s.AfterStatus(times: 2, () => s.Status = Samples.Service("shop", 4735, 4));
        });

        Assert.Equal(ExitCode.Done, (await _cli.RunAsync("restart")).ExitCode);
        Assert.True(service.StatusAsked > 2);
    }

    [Fact]
    public async Task Lost_AndTheOldServesAgain_HasFailedForTheReasonItRemembers()
    {
        await using FakeService service = BreaksOff(s =>
        {
            s.Status = Samples.Service("shop", 4735, 4, ProcessState.OnProbation);
            s.AfterStatus(times: 2, () => s.Status = Samples.Shop with
            {
                LastRestarts = [Samples.Record(RestartFailure.SpawnFailed, "long ago", DateTimeOffset.UnixEpoch), Samples.Record(RestartFailure.SuccessorDied, "successor 4735 was ended by SIGSEGV")],
            });
        });

        CliResult result = await _cli.RunAsync("restart");

        Assert.Equal(ExitCode.Failed, result.ExitCode);
        Assert.Contains("SuccessorDied\n  successor 4735 was ended by SIGSEGV\n  Process 4711 serves.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_AndTheOldServesWithoutAWord_HasFailed()
    {
        await using FakeService service = BreaksOff(_ => { });

        CliResult result = await _cli.RunAsync("restart");

        Assert.Equal(ExitCode.Failed, result.ExitCode);
        Assert.Contains("It remembers no restart since it was asked.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_AndUndecidedForTooLong_TimesOut()
    {
        await using FakeService service = BreaksOff(s => s.Status = Samples.Service("shop", 4735, 4, ProcessState.OnProbation));

        Assert.Equal(ExitCode.TimedOut, (await _cli.RunAsync("restart", "--timeout", "1s")).ExitCode);
    }

    [Fact]
    public async Task Lost_AfterTheOutcome_TheOutcomeHolds()
    {
        await using FakeService service = new(_cli.Directory, Samples.Shop) { Story = (_, answers) => answers.SayAsync(Samples.Accepted, Samples.Succeeded, Samples.Drain(3)) };

        Assert.Equal(ExitCode.Done, (await _cli.RunAsync("restart")).ExitCode);
    }

    [Fact]
    public async Task Lost_InACheck_HasFailedAndSaysSo()
    {
        await using FakeService service = BreaksOff(_ => { });

        CliResult result = await _cli.RunAsync("check");

        Assert.Equal(ExitCode.Failed, result.ExitCode);
        Assert.Contains("did not finish its answer", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_InAShutdown_AndNobodyIsThere_IsDone()
    {
        // The pid of nobody: beyond what the kernel gives.
        FakeService service = new(_cli.Directory, Samples.Service("shop", int.MaxValue));
        service.Story = async (_, answers) =>
        {
            await answers.SayAsync(Samples.Accepted);
            service.StopListening();
        };

        CliResult result = await _cli.RunAsync("shutdown");
        await service.DisposeAsync();

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Contains($"process {int.MaxValue} has ended", result.Output, StringComparison.Ordinal);
    }

    private FakeService BreaksOff(Action<FakeService> meanwhile)
    {
        FakeService service = new(_cli.Directory, Samples.Shop);
        service.Story = async (_, answers) =>
        {
            await answers.SayAsync(Samples.Accepted, Samples.Phase("spawn"));
            meanwhile(service);
        };
        return service;
    }
}

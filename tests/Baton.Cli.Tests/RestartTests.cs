using Baton.Cli.CommandLine;
using Baton.Cli.Tests.Support;
using Baton.Control;

namespace Baton.Cli.Tests;

/// <summary>What <c>restart</c> says and exits with, for every end that a story can have.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly Support.Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Restart_Succeeds_TellsPhasesToErrorAndTheResultToOutput()
    {
        await using FakeService service = Shop(async (_, answers) =>
        {
            await answers.SayAsync(Samples.Accepted, Samples.Phase("spawn"), new ControlAnswer.Successor(4735, 4), Samples.Phase("health", "database: Unhealthy"), Samples.Phase("probation"));
            await answers.SayAsync(Samples.Succeeded, Samples.Drain(4), Samples.Drain(4), Samples.Drain(0));
            await answers.EndAsync();
        });
        service.Status = Samples.Service("shop", 4735, 4);

        CliResult result = await _cli.RunAsync("restart");

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal("shop restarted in 4.6 s: process 4735, generation 4, version 1.4.2, serves.\n", result.Output);
        string[] lines = [.. result.Error.TrimEnd().Split('\n').Select(l => l.Contains(" s  ", StringComparison.Ordinal) ? l[(l.IndexOf(" s  ", StringComparison.Ordinal) + 4)..] : l)];
        Assert.Equal(
            [
                "Restarting shop: process 4735, generation 4, version 1.4.2", "spawn", "started process 4735, generation 4", "health: database: Unhealthy", "probation",
                "process 4711 drains: 2 requests, 4 connections, at most 59 s left", "process 4711 drains: nothing open, at most 59 s left",
            ],
            lines);
    }

    [Fact]
    public async Task Restart_Fails_GivesTheReasonAndSaysWhoServes()
    {
        await using FakeService service = Shop(async (_, answers) =>
        {
            await answers.SayAsync(Samples.Accepted, Samples.Phase("spawn"), Samples.Failed);
            await answers.EndAsync();
        });

        CliResult result = await _cli.RunAsync("restart", "shop");

        Assert.Equal(ExitCode.Failed, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("Restart of shop failed: SuccessorFailed\n  Restart by baton", result.Error, StringComparison.Ordinal);
        Assert.Contains("no such table: orders", result.Error, StringComparison.Ordinal);
        Assert.Single(Occurrences(result.Error, "keeps serving"));
    }

    [Fact]
    public async Task Restart_FailureWithoutAWordAboutTheOldProcess_IsToldItServes()
    {
        await using FakeService service = Shop(async (_, answers) =>
        {
            await answers.SayAsync(Samples.Accepted, new ControlAnswer.Outcome(false, AnswerFailure.Of(RestartFailure.ReadyTimedOut), "Successor 4735 was not ready.", null, KeepsServing: true));
            await answers.EndAsync();
        });

        CliResult result = await _cli.RunAsync("restart", "shop");

        Assert.Equal(ExitCode.Failed, result.ExitCode);
        Assert.EndsWith("  Successor 4735 was not ready.\n  Process 4711 keeps serving.\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("InProgress", ExitCode.Refused)]
    [InlineData("Stopping", ExitCode.Refused)]
    [InlineData("ProgramRefused", ExitCode.Refused)]
    [InlineData("NotAllowed", ExitCode.Refused)]
    [InlineData("Busy", ExitCode.Refused)]
    [InlineData("OfANewerVersion", ExitCode.Refused)]
    [InlineData("BadRequest", ExitCode.Usage)]
    public async Task Restart_Refused_ExitsWithItsOwnCode(string failure, int exitCode)
    {
        await using FakeService service = Shop((_, answers) => answers.EndAsync(failure, "process 4711 says no"));

        CliResult result = await _cli.RunAsync("restart");

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains("process 4711 says no", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact] // A restart that was held, and then could not begin.
    public async Task Restart_RefusedAfterItWasHeld_IsRefused()
    {
        await using FakeService service = Shop(async (_, answers) =>
        {
            await answers.SayAsync(new ControlAnswer.Accepted(4711, 3, "the probation is over"), new ControlAnswer.Outcome(false, AnswerFailure.Of(RestartFailure.Stopping), "process 4711 is shutting down", null, KeepsServing: false));
            await answers.EndAsync();
        });

        CliResult result = await _cli.RunAsync("restart");

        Assert.Equal(ExitCode.Refused, result.ExitCode);
        Assert.Contains("held until the probation is over", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("keeps serving", result.Error, StringComparison.Ordinal);
    }

    // 1 is a release that clients never saw, 7 one that they did.
    [Theory]
    [InlineData(false, RestartFailure.SuccessorFailed, ExitCode.Failed, "OldServes")]
    [InlineData(true, RestartFailure.JudgedBad, ExitCode.RolledBack, "OldServesAgain")]
    [InlineData(true, RestartFailure.SuccessorDied, ExitCode.RolledBack, "OldServesAgain")]
    [InlineData(true, null, ExitCode.Done, "NewServes")]
    public async Task Restart_AnyOutcome_HasItsCodeAndSaysWhatHolds(bool served, RestartFailure? failure, int exitCode, string holds)
    {
        await using FakeService service = Shop(async (_, answers) =>
        {
            RestartRecord record = Samples.Record(failure, "because") with { ServedAfter = served ? TimeSpan.FromSeconds(1) : null };
            await answers.SayAsync(Samples.Accepted, new ControlAnswer.Outcome(failure is null, failure is { } f ? AnswerFailure.Of(f) : null, "because", record, KeepsServing: failure is not null));
            await answers.EndAsync();
        });

        CliResult result = await _cli.RunAsync("restart", "--json");

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains($"\"holds\":\"{holds}\"", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_NotOverInTime_SaysWhatHoldsThen()
    {
        await using FakeService service = Shop(async (_, answers) =>
        {
            await answers.SayAsync(Samples.Accepted);
            await Task.Delay(Timeout.Infinite, answers.TestIsOver);
        });

        CliResult result = await _cli.RunAsync("restart", "--json", "--timeout", "200ms");

        Assert.Equal(ExitCode.TimedOut, result.ExitCode);
        Assert.Contains("\"holds\":\"OldServes\"", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_NotOverInTime_SaysThatItGoesOn()
    {
        await using FakeService service = Shop(async (_, answers) =>
        {
            await answers.SayAsync(Samples.Accepted);
            await Task.Delay(Timeout.Infinite, answers.TestIsOver);
        });

        CliResult result = await _cli.RunAsync("restart", "--timeout", "200ms");

        Assert.Equal(ExitCode.TimedOut, result.ExitCode);
        Assert.Contains("not over within 200 ms; it goes on", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_DrainNotOverInTime_IsDoneAllTheSame()
    {
        await using FakeService service = Shop(async (_, answers) =>
        {
            await answers.SayAsync(Samples.Accepted, Samples.Succeeded, Samples.Drain(4));
            await Task.Delay(Timeout.Infinite, answers.TestIsOver);
        });

        Assert.Equal(ExitCode.Done, (await _cli.RunAsync("restart", "--timeout", "1s")).ExitCode);
    }

    [Fact]
    public async Task Restart_NoWait_IsDoneWhenAccepted()
    {
        await using FakeService service = Shop((_, answers) => answers.SayAsync(Samples.Accepted));

        CliResult result = await _cli.RunAsync("restart", "--no-wait", "--program", "/srv/shop/2/Shop");

        Assert.Equal((ExitCode.Done, "shop: restart accepted by process 4711.\n", ""), (result.ExitCode, result.Output, result.Error));
        ControlRequest asked = Assert.Single(service.Requests);
        Assert.Equal((false, "/srv/shop/2/Shop", "alice"), (asked.Wait, asked.Program, asked.By));
    }

    [Fact]
    public async Task Restart_Interrupted_SaysThatItGoesOn()
    {
        await using FakeService service = Shop(async (_, answers) =>
        {
            await answers.SayAsync(Samples.Accepted, Samples.Phase("spawn"));
            _cli.Interrupt();
            await Task.Delay(Timeout.Infinite, answers.TestIsOver);
        });

        CliResult result = await _cli.RunAsync("restart");

        Assert.Equal(ExitCode.Interrupted, result.ExitCode);
        Assert.Contains("Stopped watching the restart of shop", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_Quiet_WritesTheResultOnly()
    {
        await using FakeService service = Shop(async (_, answers) =>
        {
            await answers.SayAsync(Samples.Accepted, Samples.Phase("spawn"), Samples.Succeeded);
            await answers.EndAsync();
        });

        CliResult result = await _cli.RunAsync("restart", "--quiet");

        Assert.Empty(result.Error);
        Assert.StartsWith("shop restarted", result.Output, StringComparison.Ordinal);
    }

    private FakeService Shop(Func<ControlRequest, FakeAnswers, Task> progress) => new(_cli.Directory, Samples.Shop) { Story = progress };

    private static IEnumerable<int> Occurrences(string text, string word) => Enumerable.Range(0, text.Length).Where(i => text.AsSpan(i).StartsWith(word));
}

using System.Text.RegularExpressions;
using Baton.Cli.CommandLine;
using Baton.Cli.Tests.Support;

namespace Baton.Cli.Tests;

/// <summary>What a person sees at a terminal while something goes on.</summary>
public sealed partial class LiveTests
{
    [Theory]
    [InlineData(80, "C.UTF-8", "✓", "✗")]
    [InlineData(40, "C", "+", "x")]
    public async Task Restart_AtATerminal_KeepsALineForEachPhaseAndRewritesOne(int width, string locale, string done, string failed)
    {
        using Support.Cli cli = new() { IsTerminal = true, Width = width };
        cli.Variables["LANG"] = locale;
        await using FakeService service = new(cli.Directory, Samples.Shop)
        {
            Story = async (_, answers) =>
            {
                await answers.SayAsync(Samples.Accepted, Samples.Phase("spawn"), new Control.ControlAnswer.Successor(4735, 4), Samples.Phase("health", new string('w', 200)));
                await answers.SayAsync(Samples.Phase("probation"), Samples.Drain(4), Samples.Drain(1));
                await UntilAsync(() => cli.ErrorSoFar.Contains("connection, ", StringComparison.Ordinal) || width < 80);
                await answers.SayAsync(Samples.Failed);
                await answers.EndAsync();
            },
        };

        CliResult result = await cli.RunAsync("restart");

        Assert.Equal(ExitCode.Failed, result.ExitCode);
        string seen = Escapes().Replace(Rewritten().Replace(result.Error, ""), "");
        Assert.Matches($@"\A(Restarting shop: process 4711,\s+generation 3, version 1\.4\.2\s+)  {Regex.Escape(done)} spawn ", seen);
        Assert.Contains($"\n  {failed} probation", seen, StringComparison.Ordinal);
        Assert.All(Escapes().Replace(result.Error, "").Split('\n', '\r'), line => Assert.True(line.Length <= width, line));
        if (width == 80)
        {
            Assert.Contains("████████░░  1 connection, ", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Probation_AtATerminal_HasABarOfItsOwn()
    {
        using Support.Cli cli = new() { IsTerminal = true, Width = 120 };
        await using FakeService service = new(cli.Directory, Samples.Shop)
        {
            Story = async (_, answers) =>
            {
                Control.ControlAnswer.Phase probation = Samples.Phase("probation") with { Limit = TimeSpan.FromHours(2) };
                await answers.SayAsync(Samples.Accepted, probation, Samples.Drain(4));
                await UntilAsync(() => cli.ErrorSoFar.Contains("left; 2 requests, 4 connections", StringComparison.Ordinal));
                await answers.SayAsync(Samples.Succeeded);
                await UntilAsync(() => cli.ErrorSoFar.Contains("░  2 requests, 4 connections", StringComparison.Ordinal));
                await answers.EndAsync();
            },
        };

        CliResult result = await cli.RunAsync("restart");

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Matches("░░░░░░░░░░  1 h 59 min left; ", result.Error);
    }

    [Fact]
    public async Task Watch_AtATerminal_DrawsInPlaceAndEndsByInterruption()
    {
        using Support.Cli cli = new() { IsTerminal = true };
        await using FakeService service = new(cli.Directory, Samples.Shop);
        service.Story = async (_, answers) =>
        {
            await answers.SayAsync(
                new Control.ControlAnswer.Status(service.Status), new Control.ControlAnswer.State(4711, 3, ProcessState.Serving, ProcessState.Restarting),
                new Control.ControlAnswer.Status(service.Status));
            cli.Interrupt();
            await Task.Delay(Timeout.Infinite, answers.TestIsOver);
        };

        CliResult result = await cli.RunAsync("watch");

        Assert.Equal(ExitCode.Interrupted, result.ExitCode);
        Assert.EndsWith("Stopped watching shop; it goes on.\n", result.Error, StringComparison.Ordinal);
    }

    // The rewritten line ends with this, and nothing of it stays.
    [GeneratedRegex(@"[^\n]*\r\x1b\[K")]
    private static partial Regex Rewritten();

    [GeneratedRegex(@"\x1b\[[0-9;]*[A-Za-z]")]
    private static partial Regex Escapes();

    private static async Task UntilAsync(Func<bool> holds)
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromMinutes(1), "Not seen in time.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}

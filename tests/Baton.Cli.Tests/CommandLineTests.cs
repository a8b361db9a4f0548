using System.CommandLine;
using Baton.Cli.CommandLine;
using Baton.Cli.Output;
using Baton.Cli.Tests.Support;

namespace Baton.Cli.Tests;

/// <summary>What is typed: times, wrong words, help.</summary>
public sealed class CommandLineTests : IDisposable
{
    private static readonly string[] ExitCodes = ["0 done", "1 failed", "2 wrong", "3 no", "4 refused", "5 not over", "130 interrupted"];
    private readonly Support.Cli _cli = new();

    public static TheoryData<string> Names => [.. EntryPoint.Create(new CliEnvironment(TextWriter.Null, TextWriter.Null)).Subcommands.Where(c => !c.Hidden).Select(c => c.Name)];

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("90", 90_000)]
    [InlineData("90s", 90_000)]
    [InlineData("1.5s", 1500)]
    [InlineData("500ms", 500)]
    [InlineData("2m", 120_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("infinite", -1)]
    [InlineData("", null)]
    [InlineData("s", null)]
    [InlineData("-1s", null)]
    [InlineData("2 m", null)]
    [InlineData("2x", null)]
    [InlineData("1.2.3s", null)]
    [InlineData("1e3", null)]
    [InlineData("0s", null)]
    [InlineData("25h600h", null)]
    public void Duration_Text_IsATimeOrNone(string text, int? milliseconds) => Assert.Equal(milliseconds, DurationOption.Parse(text)?.TotalMilliseconds);

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(999.4, "999 ms")]
    [InlineData(1250, "1.2 s")]
    [InlineData(9990, "9.9 s")]
    [InlineData(59_900, "59 s")]
    [InlineData(60_000, "1 min")]
    [InlineData(125_000, "2 min 5 s")]
    [InlineData(7_980_000, "2 h 13 min")]
    [InlineData(90_000_000, "1 d 1 h")]
    [InlineData(-5, "0 ms")]
    public void Wording_Time_IsShort(double milliseconds, string text) =>
        Assert.Equal(text, Wording.Of(TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Help_OfACommand_HasExamplesAndFits(string command)
    {
        CliResult result = await _cli.RunAsync(command, "--help");

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Contains($"Usage:\n  baton {command}", result.Output, StringComparison.Ordinal);
        Assert.Contains("Examples:\n  ", result.Output, StringComparison.Ordinal);
        Assert.All(result.Output.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public async Task Help_OfAll_NamesEveryCommandAndExitCode()
    {
        CliResult result = await _cli.RunAsync("--help");
        Assert.All(Names.Select(n => n.Data), name => Assert.Contains($"\n  {name}", result.Output, StringComparison.Ordinal));
        Assert.All(ExitCodes, code => Assert.Contains(code, result.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("__complete", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stauts")]
    [InlineData("restart", "a", "b")]
    [InlineData("restart", "--timeout", "soon")]
    [InlineData("restart", "--program")]
    [InlineData("completion", "tcsh")]
    public async Task WrongWords_AreUsage(params string[] args)
    {
        CliResult result = await _cli.RunAsync(args);
        Assert.Equal((ExitCode.Usage, ""), (result.ExitCode, result.Output));
        Assert.EndsWith("--help.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoWords_AreHelp()
    {
        CliResult result = await _cli.RunAsync();
        Assert.Equal((ExitCode.Done, ""), (result.ExitCode, result.Error));
        Assert.Equal((await _cli.RunAsync("--help")).Output, result.Output);
    }

    [Theory]
    [InlineData("Did you mean: baton status\n", "stauts")]
    [InlineData("Did you mean: baton restart\n", "Restart", "shop")]
    [InlineData("Did you mean: baton restart --timeout\n", "restart", "--timout", "5m")]
    [InlineData("Did you mean: baton status --json\n", "status", "shop", "--jsn")]
    [InlineData(null, "frobnicate")]
    public async Task MistypedWord_IsAnsweredByTheNearest(string? said, params string[] args)
    {
        CliResult result = await _cli.RunAsync(args);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        if (said is null)
        {
            Assert.DoesNotContain("Did you mean", result.Error, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains(said, result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task MistypedName_IsAnsweredByTheNearest()
    {
        await using FakeService shop = new(_cli.Directory, Samples.Shop);
        await using FakeService cart = new(_cli.Directory, Samples.Service("cart", 12));
        CliResult result = await _cli.RunAsync("restart", "shpo");
        Assert.Equal(ExitCode.NotFound, result.ExitCode);
        Assert.StartsWith("No service is called shpo. Did you mean shop? There are:\n  cart, ", result.Error, StringComparison.Ordinal);
        Assert.Empty(shop.Requests);
    }

    [Fact] // No response files.
    public async Task WordWithAnAtSign_IsAName() => Assert.Equal(ExitCode.NotFound, (await _cli.RunAsync("status", "@shop")).ExitCode);

    [Fact]
    public async Task Docs_NameEveryCommandAndOption()
    {
        string docs = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/cli.md"), TestContext.Current.CancellationToken);
        Command root = EntryPoint.Create(_cli.CliEnvironment);
        Assert.All(root.Subcommands.Where(c => !c.Hidden), command => Assert.Contains($"baton {command.Name}", docs, StringComparison.Ordinal));
        Assert.All(root.Options.Concat(root.Subcommands.SelectMany(c => c.Options)), option => Assert.Contains($"`{option.Name}", docs, StringComparison.Ordinal));
    }
}

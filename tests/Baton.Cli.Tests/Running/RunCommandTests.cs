using Baton.Cli.Tests.Support;

namespace Baton.Cli.Tests.Running;

/// <summary>What <c>baton run</c> refuses before it starts anything.</summary>
public sealed class RunCommandTests : IDisposable
{
    private readonly Support.Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData(2, "Give the program behind two dashes", "run")]
    [InlineData(2, "Give the program behind two dashes", "run", "/bin/true")]
    [InlineData(2, "is none of always, on-failure, never", "run", "--restart", "sometimes", "--", "/bin/true")]
    [InlineData(2, "--give-up is a number of crashes", "run", "--give-up", "-1", "--", "/bin/true")]
    [InlineData(127, "There is no program /no/such/program.", "run", "--", "/no/such/program")]
    [InlineData(127, "There is no program no-such-program on the PATH.", "run", "--", "no-such-program")]
    [InlineData(127, "/etc is a directory.", "run", "--", "/etc")]
    [InlineData(126, "/etc/passwd is not executable by this user.", "run", "--", "/etc/passwd")]
    public async Task Run_WhatCanNotBeRun_IsToldWithACodeOfItsOwn(int code, string words, params string[] command)
    {
        CliResult result = await _cli.RunAsync(command);
        Assert.Equal((code, ""), (result.ExitCode, result.Output));
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AnAssembly_NamesTheCommand()
    {
        string assembly = Path.Combine(_cli.Directory, "Shop.dll");
        await File.WriteAllTextAsync(assembly, "", TestContext.Current.CancellationToken);
        CliResult result = await _cli.RunAsync("run", "--", assembly);
        Assert.Equal(126, result.ExitCode);
        Assert.Contains($"baton run -- dotnet {assembly}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OutputIsClosed_IsToldAndNothingIsStarted()
    {
        CliResult result = await _cli.RunAsync(_cli.CliEnvironment with { OutputWasClosed = true }, "run", "--", "/bin/true");
        Assert.Equal(125, result.ExitCode);
        Assert.StartsWith("Standard output or error is closed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AServiceOfThatNameRuns_IsRefused()
    {
        await using var shop = new FakeService(_cli.Directory, Samples.Shop);
        CliResult result = await _cli.RunAsync("run", "--name", "shop", "--", "/bin/true");
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("A service called shop runs already: process 4711. To restart it: baton restart shop.", result.Error, StringComparison.Ordinal);
    }
}

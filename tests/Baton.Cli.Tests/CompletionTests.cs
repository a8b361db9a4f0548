using System.Diagnostics;
using Baton.Cli.Tests.Support;

namespace Baton.Cli.Tests;

/// <summary>The scripts of <c>baton completion</c> in the shells themselves.</summary>
public sealed class CompletionTests : IDisposable
{
    // In a terminal of its own: zsh completes nowhere else. The second argument is what is to appear, the third what is not to.
    private const string Zsh =
        """
        zmodload zsh/zpty
        zpty -b shell 'zsh -f -i'
        zpty -w shell 'PS1="@@ "; TERM=dumb; autoload -U compinit; compinit -u -D; source <(baton completion zsh); bindkey "^I" complete-word; echo rea""dy'
        zpty -r -m shell seen '*ready*'
        zpty -w -n shell "$1"$'\t'
        until zpty -r -t -m shell seen "*$2*"; do
          sleep 0.1
          (( ++waited % 50 )) || zpty -w -n shell $'\t'
        done
        print -r -- "${seen##*@@}"
        zpty -d shell
        """;

    private readonly Support.Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("baton restart sh", "shop")]
    [InlineData("baton st", "status")]
    [InlineData("baton restart --no-w", "--no-wait")]
    [InlineData("baton restart --program /bin/tru", "/bin/true /bin/truncate")]
    [InlineData("baton status op", "")] // not in the middle of a word
    public async Task Bash_Completes(string line, string expected)
    {
        await using FakeService service = new(_cli.Directory, Samples.Shop);
        string script = $"source <(baton completion bash); COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _baton; printf '%s\\n' \"${{COMPREPLY[@]}}\" | sort | paste -sd ' '";

        Assert.Equal(expected, await CompleteAsync(expected, "bash", "--norc", "-c", script));
    }

    [Theory]
    [InlineData("baton restart sh", "shop\t1.4.2 Serving")]
    [InlineData("baton st", "status\tShows a service")]
    [InlineData("baton restart --no-w", "--no-wait\tEnds as soon as the service has begun")]
    [InlineData("baton restart --program /bin/tru", "/bin/true\n/bin/truncate")]
    public async Task Fish_Completes(string line, string expected)
    {
        Assert.SkipWhen(Find("fish") is null, "There is no fish: its completion is NOT tested. test.sh installs it.");
        await using FakeService service = new(_cli.Directory, Samples.Shop);

        Assert.Equal(expected, await CompleteAsync(expected, "fish", "-N", "-c", $"baton completion fish | source; complete -C '{line}'"));
    }

    [Theory]
    [InlineData("baton restart sh", "baton restart shop")]
    [InlineData("baton stat", "baton status")]
    [InlineData("baton restart --no-", "--no-color*Writes plain*--no-wait*Ends as soon")]
    [InlineData("baton restart --program /bin/true", "/bin/true")]
    public async Task Zsh_Completes(string line, string expected)
    {
        Assert.SkipWhen(Find("zsh") is null, "There is no zsh: its completion is NOT tested. test.sh installs it.");
        await using FakeService service = new(_cli.Directory, Samples.Shop);

        Assert.NotEmpty(await RunAsync("zsh", "-f", "-c", Zsh, "zsh", line, expected));
    }

    [Fact] // Debian has no PowerShell: what it asks is tested, the script is not run.
    public async Task Words_ForPowerShell_ComeWithWhatTheyAre()
    {
        CliResult result = await _cli.RunAsync("__complete", "8", "baton st     ");
        Assert.Equal("status\tShows a service\n", result.Output);
        Assert.Contains("__complete $cursorPosition $line", (await _cli.RunAsync("completion", "pwsh")).Output, StringComparison.Ordinal);
    }

    // On a busy machine the services may not answer as soon as somebody who has pressed the key wants to know: then there is nothing, and he presses it again.
    private async Task<string> CompleteAsync(string expected, string shell, params string[] args)
    {
        string output = "";
        for (int attempt = 0; attempt < 20 && output.Length == 0; attempt++)
        {
            output = (await RunAsync(shell, args)).Trim();
            if (expected.Length == 0)
            {
                break;
            }
        }

        return output;
    }

    private async Task<string> RunAsync(string shell, params string[] args)
    {
        var start = new ProcessStartInfo(shell, args) { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(Repository.Program)}:{start.Environment["PATH"]}";
        start.Environment["BATON_CONTROL_DIR"] = _cli.Directory;
        start.Environment["HOME"] = _cli.Directory;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return output;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static string? Find(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);
}

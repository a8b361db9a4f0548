using System.Text.RegularExpressions;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>C4: the commands of GoFrame's page on graceful restart do with our samples what that page says: basic, HTTPS, several servers and ports.</summary>
public sealed class GoFrameTests
{
    [Fact] // C4
    public async Task Examples_of_the_page_do_what_it_says()
    {
        await using var page = new DocumentedPage(ownNetwork: true);

        // Its own commands fail where a pid, or an answer, is not what it says.
        await page.RunAsync("samples/GoFrame/README.md");

        // The last of its processes are still on their way out then.
        string said = await page.EndedAsync();

        // The lines of the third example, in its form: time, pid, text. Each server has a console of its own, so only its own lines are in order.
        foreach ((string server, string[] ports) in new[] { ("s1", ["8100", "8200"]), ("s2", (string[])["8300", "8400"]) })
        {
            Assert.Equal(
                [.. ports.Select(p => $"[:{p}] (bound)"), .. ports.Select(p => $"[:{p}] (inherited)"), .. ports.Select(p => $"[:{p}] (inherited)")],
                Lines(said, $"http server {server} listening on (?<text>.*)"));
        }

        Assert.Equal(["s1", "s1", "s2", "s2"], Lines(said, "server (?<text>s[12]) restarting").Order());

        Assert.Equal(3, Lines(said, "(?<text>all servers shut down)").Count);
        Assert.Contains("https server listening on [:8200] (inherited)", said, StringComparison.Ordinal);
        Assert.Contains("\"failure\":\"ProgramRefused\"", said, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Lines(string said, string text) =>
        [.. Regex.Matches(said, $@"^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{{3}} \d+: {text}$", RegexOptions.Multiline).Select(m => m.Groups["text"].Value)];
}

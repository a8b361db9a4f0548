using System.Text.RegularExpressions;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>The pages of docs/ do what they say (E5 among it: a release behind a changed link).</summary>
[Collection("builds")]
public sealed class DocumentationTests
{
    [Fact]
    public async Task Quick_start_loses_nothing_and_deploying_survives_a_bad_release()
    {
        await using var page = new DocumentedPage();

        string said = await page.RunAsync("docs/quick-start.md", "docs/deploying.md");

        string[] answers = File.ReadAllLines(page.PathOf("reader/answers.txt"));
        Assert.All(answers, answer => Assert.Matches(@"^Hello from \d+$", answer));
        Assert.Equal(2, answers.Distinct().Count());
        Assert.Matches(@"\nreleases/3 serves, process \d+\n", said);
        Assert.Matches(@"\n/\S+/releases/3/Hello\n", said);
        Assert.Contains("\nreleases/4 was not ready within 5 s", said, StringComparison.Ordinal);
        Assert.Equal("releases/3", new FileInfo(page.PathOf("reader/current")).LinkTarget);
    }

    [Fact]
    public async Task Commands_of_the_readme_show_two_processes()
    {
        await using var page = new DocumentedPage();

        string said = await page.RunAsync("README.md");

        Assert.Equal(2, Regex.Matches(said, @"^Hello \d+\.\d+\.\d+ from (\d+)\r?$", RegexOptions.Multiline).Select(m => m.Value).Distinct().Count());
    }

    [Fact]
    public async Task Admin_api_answers_as_its_page_says()
    {
        await using var page = new DocumentedPage();

        string said = await page.RunAsync("docs/admin.md");

        Assert.Contains("\n{\"operation\":\"restart\",\"succeeded\":true,\"explanation\":\"process ", said, StringComparison.Ordinal);
        Assert.Contains("\n{\"operation\":\"restart\",\"held\":false,\"until\":null,\"explanation\":\"It has begun.\",", said, StringComparison.Ordinal);
        Assert.Contains("event: outcome\ndata: {\"kind\":\"outcome\",\"succeeded\":true,", said, StringComparison.Ordinal);
        Assert.Contains("\n{\"operation\":\"shutdown\",\"succeeded\":true,", said, StringComparison.Ordinal);
    }

    [Theory] // Users copy from either place.
    [InlineData("docs/proxies.md", "samples/proxies/nginx.conf")]
    [InlineData("docs/proxies.md", "samples/proxies/haproxy.cfg")]
    public void Page_shows_the_sample_as_it_is_tested(string page, string sample) =>
        Assert.Contains($"\n{File.ReadAllText(Path.Combine(Repository.Root, sample))}```\n", File.ReadAllText(Path.Combine(Repository.Root, page)), StringComparison.Ordinal);
}

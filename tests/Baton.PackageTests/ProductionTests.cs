using System.Text.RegularExpressions;
using Baton.ProcessTests.Service;

namespace Baton.PackageTests;

/// <summary>samples/Production, as its page says.</summary>
public sealed class ProductionTests
{
    [Fact] // issue 15, section 7
    public async Task Deploy_and_bad_deploy_of_the_page_lose_no_order()
    {
        await using var page = new DocumentedPage();

        string said = await page.RunAsync("samples/Production/README.md");

        // After the deploy, and after the bad one: the same process.
        string[] serving = [.. Regex.Matches(said, @"^Release 2 from \d+\r?$", RegexOptions.Multiline).Select(m => m.Value)];
        Assert.Equal(2, serving.Length);
        Assert.Single(serving.Distinct());
        Assert.Contains("Restart of shop failed", said, StringComparison.Ordinal);
        Assert.Contains("Microsoft.Data.Sqlite", said, StringComparison.Ordinal);
        Assert.DoesNotContain("FAILED\n", said, StringComparison.Ordinal);
    }
}

namespace Baton.PackageTests;

/// <summary>The site of the documentation.</summary>
public sealed class SiteTests(NewMachine machine)
{
    [Fact] // issue 15, section 4
    public async Task Site_is_built_without_a_broken_link_and_its_pages_can_be_searched()
    {
        _ = await machine.RunAsync(machine.Clone, "eng/site.sh", ("NUGET_PACKAGES", NewMachine.MachineCache));

        string site = Path.Combine(machine.Clone, "artifacts/site");
        Assert.Contains("Graceful restart", await File.ReadAllTextAsync(Path.Combine(site, "index.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        string menu = await File.ReadAllTextAsync(Path.Combine(site, "toc.json"), TestContext.Current.CancellationToken);
        string index = await File.ReadAllTextAsync(Path.Combine(site, "index.json"), TestContext.Current.CancellationToken);
        foreach (string page in Directory.EnumerateFiles(Path.Combine(machine.Clone, "docs"), "*.md").Select(p => $"docs/{Path.GetFileNameWithoutExtension(p)}.html"))
        {
            Assert.Contains($"\"{page}\"", index, StringComparison.Ordinal);
            Assert.True(page == "docs/README.html" || menu.Contains($"\"{page}\"", StringComparison.Ordinal), $"docs/README.md does not list {page}");
        }
    }
}

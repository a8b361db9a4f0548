using System.Text.RegularExpressions;
using Baton.Tests.Support;

namespace Baton.Tests.Conventions;

/// <summary>The map of the code names files and types that exist.</summary>
public partial class ArchitectureTests
{
    private const int MaxLines = 220;

    private static readonly string[] Pages =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/internals"), "*.md"),
        Path.Combine(Repository.Root, "ARCHITECTURE.md"),
    ];

    [Fact]
    public void Architecture_IsShort() =>
        Assert.InRange(File.ReadAllLines(Path.Combine(Repository.Root, "ARCHITECTURE.md")).Length, 1, MaxLines);

    [Fact]
    public void WhereIsX_NamesFilesThatExist()
    {
        HashSet<string?> files = [.. Repository.SourceFiles("src").Select(Path.GetFileName)];
        string[] named = [.. Pages.SelectMany(page => SourceFile().Matches(File.ReadAllText(page))).Select(m => m.Groups["path"].Value)];
        Assert.NotEmpty(named);
        Assert.All(named, path => Assert.True(
            path.StartsWith("Baton", StringComparison.Ordinal)
                ? File.Exists(Path.Combine(Repository.Root, "src", path))
                : files.Contains(Path.GetFileName(path)),
            $"{path} does not exist"));
    }

    [Fact]
    public void Owners_Exist()
    {
        HashSet<string> types = [.. Assemblies.All.SelectMany(a => a.GetTypes()).Select(t => t.Name.Split('`')[0])];
        string[] owners = [.. Owner().Matches(Repository.Read("ARCHITECTURE.md")).Select(m => m.Groups["type"].Value)];
        Assert.NotEmpty(owners);
        Assert.All(owners, type => Assert.Contains(type, types));
    }

    [GeneratedRegex(@"`(?<path>[\w./]+\.cs)`")]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"^\| [^|`]+ \| `(?<type>[A-Z]\w+)`", RegexOptions.Multiline)]
    private static partial Regex Owner();
}

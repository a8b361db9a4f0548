using System.Text.RegularExpressions;
using Baton.Tests.Support;

namespace Baton.Tests.Conventions;

/// <summary>The style guide, as far as a machine can read it.</summary>
public partial class TidyTests
{
    private const int MaxLines = 300;
    private const int MaxColumns = 130;

    [Theory]
    [InlineData("src")]
    [InlineData("tests/Baton.Tests")]
    public void Files_AreShort(string folder) =>
        Assert.All(Repository.SourceFiles(folder), file => Assert.True(Repository.Read(file).Split('\n').Length - 1 <= MaxLines, $"{file} is longer than {MaxLines} lines"));

    [Fact]
    public void Lines_FitTheScreen()
    {
        var tooLong = from file in Repository.SourceFiles("src")
                    from line in Repository.Read(file).Split('\n').Index()
                    where line.Item.Length > MaxColumns
                    select $"{file}:{line.Index + 1} has {line.Item.Length} columns, of at most {MaxColumns}";
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Names_AreStandardTerms() =>
        Assert.All(
            Assemblies.All.SelectMany(a => a.GetTypes()).Where(t => t.Namespace?.StartsWith("Baton", StringComparison.Ordinal) == true),
            type => Assert.DoesNotMatch("Story|News|Verdict|Ink$|Surroundings", type.Name));

    [Fact]
    public void Catches_SayWhyTheyDoNothing() =>
        Assert.All(Repository.SourceFiles("src"), file => Assert.False(Regex.IsMatch(Repository.Read(file), @"\bcatch\b[^{]*\{\s*\}"), $"{file} has an empty catch"));

    [Fact]
    public void Types_HaveNamesThatSayWhatTheyAre() =>
        Assert.All(
            Assemblies.All.SelectMany(a => a.GetTypes()).Where(t => t.Namespace?.StartsWith("Baton", StringComparison.Ordinal) == true),
            type => Assert.DoesNotMatch("(Manager|Helper|Helpers|Util|Utils|Utilities)$", type.Name));

    [Fact]
    public void Classes_OfTheLibrary_AreSealedOrMeantToBeInherited() =>
        Assert.All(
            Assemblies.All.SelectMany(a => a.GetTypes()).Where(t => t is { IsClass: true, IsAbstract: false, IsSealed: false } && t.Namespace?.StartsWith("Baton", StringComparison.Ordinal) == true),
            type => Assert.Contains(type.Name, (string[])["RestarterOptions", "HostedRestartOptions", "TrackedConnection"]));

    [Fact]
    public void Tests_WriteOutputThatXmlAllows() =>
        Assert.All(
            Repository.SourceFiles("tests").Where(f => !f.EndsWith("/TestOutput.cs", StringComparison.Ordinal) && !f.EndsWith("/TidyTests.cs", StringComparison.Ordinal)),
            file => Assert.DoesNotContain("TestOutputHelper", Repository.Read(file), StringComparison.Ordinal));

    [Fact]
    public void Samples_AreAllInTheTable() =>
        Assert.Equal(
            Directory.GetDirectories(Path.Combine(Repository.Root, "samples")).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            SampleRow().Matches(Repository.Read("samples/README.md")).Select(m => m.Groups["folder"].Value).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^\| \[(?<folder>\w+)\]\(", RegexOptions.Multiline)]
    private static partial Regex SampleRow();
}

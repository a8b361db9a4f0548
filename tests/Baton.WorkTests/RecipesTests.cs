using System.Text.RegularExpressions;
using Baton.ProcessTests.Service;

namespace Baton.WorkTests;

/// <summary>What docs/workers-recipes.md shows is what these tests run.</summary>
public sealed partial class RecipesTests
{
    [Fact]
    public void Code_of_the_page_is_that_of_the_service()
    {
        MatchCollection blocks = Block().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/workers-recipes.md")));
        Assert.NotEmpty(blocks);
        foreach (Match block in blocks)
        {
            // In this order; the page may leave out what only the tests need.
            string file = block.Groups["file"].Value;
            using IEnumerator<string> source = Lines(File.ReadAllText(Path.Combine(Repository.Root, file))).GetEnumerator();
            foreach (string line in Lines(block.Groups["code"].Value))
            {
                Assert.True(MovesTo(source, line), $"{file} has no \"{line}\" there");
            }
        }
    }

    private static bool MovesTo(IEnumerator<string> lines, string line)
    {
        while (lines.MoveNext())
        {
            if (lines.Current == line)
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<string> Lines(string text) =>
        text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);

    [GeneratedRegex(@"<!-- from: (?<file>\S+) -->\n```\w+\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}

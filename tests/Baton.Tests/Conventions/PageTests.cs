using System.Text.RegularExpressions;
using Baton.Tests.Support;

namespace Baton.Tests.Conventions;

/// <summary>Every page: its links lead somewhere, and the code that it shows is that of a file which is built and tested.</summary>
public sealed partial class PageTests
{
    public static TheoryData<string> Pages =>
    [
        .. Repository.Pages(),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_LeadToFilesAndHeadings(string page)
    {
        string[] broken = [.. Links(page).Where(link => !LeadsSomewhere(page, link))];
        Assert.Empty(broken);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Quotations_AreInTheFileThatTheyName(string page)
    {
        foreach (Match block in Quotation().Matches(Repository.Read(page)))
        {
            // In this order; the page may leave lines out.
            string file = block.Groups["file"].Value;
            using IEnumerator<string> source = Lines(Repository.Read(file)).GetEnumerator();
            foreach (string line in Lines(block.Groups["code"].Value))
            {
                Assert.True(MovesTo(source, line), $"{file} has no \"{line}\" there");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Rows_HaveAsManyCellsAsTheHeadOfTheirTable(string page)
    {
        int head = 0;
        foreach (string line in Code().Replace(Repository.Read(page), "").Split('\n'))
        {
            int cells = line.StartsWith('|') ? Inline().Replace(line, "").Count(c => c == '|') : 0;
            Assert.True(head == 0 || cells == 0 || cells == head, $"{cells - 1} cells in place of {head - 1}: {line}");
            head = cells == 0 ? 0 : head == 0 ? cells : head;
        }
    }

    private static IEnumerable<string> Links(string page) =>
        from match in Link().Matches(Code().Replace(Repository.Read(page), ""))
        select match.Groups["to"].Value;

    private static bool LeadsSomewhere(string page, string link)
    {
        if (link.Contains(':', StringComparison.Ordinal))
        {
            return true; // Another site.
        }

        string[] parts = link.Split('#', 2);
        string directory = Path.GetDirectoryName(page)!;
        string path = parts[0].Length == 0 ? page : Path.GetRelativePath(".", Path.Combine(directory, parts[0]));
        return File.Exists(Path.Combine(Repository.Root, path)) // A folder is no page of the site.
            && (parts is [_] || Headings(Repository.Read(path)).Contains(parts[1], StringComparer.Ordinal));
    }

    /// <summary>The anchors of a page, as GitHub and docfx make them.</summary>
    private static IEnumerable<string> Headings(string text) =>
        from match in Heading().Matches(Code().Replace(text, ""))
        let shown = Link().Replace(match.Groups["text"].Value, "${text}").ToLowerInvariant()
        select string.Concat(shown.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

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

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);

    [GeneratedRegex(@"^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    // A bar in code, or after a backslash, ends no cell.
    [GeneratedRegex(@"`[^`]*`|\\\|")]
    private static partial Regex Inline();

    [GeneratedRegex(@"\[(?<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?<to>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6} (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"<!-- from: (?<file>\S+) -->\n```\w+\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Quotation();
}

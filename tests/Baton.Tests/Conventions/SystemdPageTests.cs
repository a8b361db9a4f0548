using System.Text.RegularExpressions;
using Baton.Tests.Support;

namespace Baton.Tests.Conventions;

/// <summary>docs/systemd.md shows the unit files that the tests run.</summary>
public sealed partial class SystemdPageTests
{
    [Theory]
    [InlineData("Service", "samples/systemd/hello.service")]
    [InlineData("Socket", "samples/systemd/hello.socket")]
    public void Page_UnitFiles_AreThoseOfTheSamples(string section, string file)
    {
        string shown = Block().Matches(Repository.Read("docs/systemd.md")).Select(m => m.Groups["lines"].Value).Single(b => b.StartsWith($"[{section}]", StringComparison.Ordinal));
        IEnumerable<string> lines = Repository.Read(file).Split('\n').SkipWhile(l => l != $"[{section}]").TakeWhile((l, i) => i == 0 || !l.StartsWith('['));
        Assert.Equal(Lines(lines), Lines(shown.Split('\n')));
    }

    private static IEnumerable<string> Lines(IEnumerable<string> lines) => lines.Where(l => l.Length > 0 && !l.StartsWith('#'));

    [GeneratedRegex(@"```ini\n(?<lines>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}

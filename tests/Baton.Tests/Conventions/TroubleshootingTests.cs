using System.Text.RegularExpressions;
using Baton.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Baton.Tests.Conventions;

/// <summary>What a person on call reads in a log stands in docs/troubleshooting.md.</summary>
public partial class TroubleshootingTests
{
    private static string Page => Repository.Read("docs/troubleshooting.md");

    [Fact]
    public void Page_HasARowForEachEventThatPeopleShouldSee() =>
        Assert.All(LogEventsPage.Events.Where(e => e.Level >= LogLevel.Warning), e => Assert.Contains($"\n| {Row(e)} |", Page, StringComparison.Ordinal));

    [Fact]
    public void Page_NamesNoEventThatIsNotThere() =>
        Assert.All(EventRow().Matches(Page).Select(m => m.Groups["event"].Value), row => Assert.Contains(row, LogEventsPage.Events.Select(Row)));

    [Fact]
    public void Page_HasARowForEachReason() =>
        Assert.All(Enum.GetNames<RestartFailure>(), reason => Assert.Contains($"\n| `{reason}` |", Page, StringComparison.Ordinal));

    private static string Row(LoggerMessageAttribute e) => $"{e.EventId} {e.EventName}, {e.Level.ToString().ToLowerInvariant()}";

    [GeneratedRegex(@"^\| (?<event>\d+ [A-Z]\w+, \w+) \| ", RegexOptions.Multiline)]
    private static partial Regex EventRow();
}

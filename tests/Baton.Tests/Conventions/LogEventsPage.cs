using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Baton.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Baton.Tests.Conventions;

/// <summary>docs/log-events.md: all but the last column is what the assemblies say; that one is kept from the page as it is.</summary>
internal static partial class LogEventsPage
{
    internal const string File = "docs/log-events.md";

    private const string Head = "# Log events\n\n"
        + "Every line that Baton logs. Ids, names and the placeholders of messages are a contract: alerts and queries may use them. The words of a\n"
        + "message may change between versions.\n\n"
        + "The categories are `Baton`, `Baton.Hosting`, `Baton.AspNetCore`, `Baton.AspNetCore.Admin` and `Baton.WarmUp`. So this sets the level of all:\n\n"
        + "```json\n{ \"Logging\": { \"LogLevel\": { \"Baton\": \"Information\" } } }\n```\n\n"
        + "[Troubleshooting](troubleshooting.md) says what to do about each warning and error. [Observability](observability.md) has metrics and traces.\n";

    private static readonly (int First, string Title)[] Sections =
    [
        (100, "Listeners"), (200, "Processes"), (300, "Handover"), (400, "Restarts and shutdowns"), (440, "Several servers"), (450, "Files that are watched"), (500, "Drain"), (600, "Pid file"), (611, "Terminal and environment"), (700, "systemd"), (800, "Control socket"),
        (850, "Signals and hooks"), (860, "Metrics and traces"), (870, "State"), (900, "Readiness"), (950, "Several servers in a host"), (1000, "Warm-up"), (1020, "Listeners of Kestrel"), (1100, "Admin page and API"),
    ];

    internal static IEnumerable<LoggerMessageAttribute> Events =>
        from assembly in Assemblies.All
        from type in assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
        where attribute is not null
        orderby attribute.EventId
        select attribute;

    /// <summary>When each is logged, as the page says.</summary>
    internal static Dictionary<int, string> Occasions() =>
        Row().Matches(Repository.Read(File)).ToDictionary(m => int.Parse(m.Groups["id"].Value, CultureInfo.InvariantCulture), m => m.Groups["when"].Value);

    internal static string Print()
    {
        Dictionary<int, string> occasions = Occasions();
        var page = new StringBuilder(Head);
        foreach (IGrouping<string, LoggerMessageAttribute> section in Events.GroupBy(e => Sections.Last(s => s.First <= e.EventId).Title))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {section.Key}\n\n| Id | Name | Level | Message | When |\n|---|---|---|---|---|\n");
            foreach (LoggerMessageAttribute e in section)
            {
                page.Append(CultureInfo.InvariantCulture, $"| {e.EventId} | {e.EventName} | {e.Level.ToString().ToLowerInvariant()} | `{e.Message}` | {occasions.GetValueOrDefault(e.EventId)} |\n");
            }
        }

        return page.ToString();
    }

    [GeneratedRegex(@"^\| (?<id>\d+) \| \w+ \| \w+ \| `.*` \| (?<when>.*?) ?\|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}

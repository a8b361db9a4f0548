namespace Baton.AspNetCore.Admin.Page;

/// <summary>
/// The parts of the page that follow the service, by the id of their element. The first page and later updates use the same
/// parts.
/// </summary>
internal static class AdminSections
{
    /// <summary>The parts for an update by the script.</summary>
    internal static IReadOnlyDictionary<string, string> Render(RestartStatus status, DateTimeOffset now) =>
        Of(status, now).ToDictionary(section => section.Key, section => section.Value.ToString(), StringComparer.Ordinal);

    internal static IReadOnlyDictionary<string, Html> Of(RestartStatus status, DateTimeOffset now)
    {
        var view = new PageView(status, now);
        return new Dictionary<string, Html>(StringComparer.Ordinal)
        {
            ["service"] = ServiceSection.Render(view),
            ["actions"] = ActionsSection.Render(view),
            ["progress"] = ProgressSection.Render(view),
            ["alarm"] = FailureSection.Alarm(view),
            ["generations"] = GenerationsSection.Render(view),
            ["restarts"] = RestartsSection.Render(view),
            ["failure"] = FailureSection.Past(view),
            ["cut"] = ActionsSection.Cut(view),
        };
    }
}

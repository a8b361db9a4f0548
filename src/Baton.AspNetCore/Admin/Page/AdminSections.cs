namespace Baton.AspNetCore.Admin.Page;

/// <summary>The parts of the page that follow the service, by the id of the element that holds them: the same for the first page and for what the script puts in later.</summary>
internal static class AdminSections
{
    internal static IReadOnlyDictionary<string, string> Render(RestartStatus status, DateTimeOffset now)
    {
        var view = new PageView(status, now);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["service"] = ServiceSection.Render(view).ToString(),
            ["actions"] = ActionsSection.Render(view).ToString(),
            ["progress"] = ProgressSection.Render(view).ToString(),
            ["failure"] = FailureSection.Render(view).ToString(),
            ["generations"] = GenerationsSection.Render(view).ToString(),
            ["restarts"] = RestartsSection.Render(view).ToString(),
            ["cut"] = ActionsSection.Cut(view).ToString(),
        };
    }
}

namespace Baton.AspNetCore.Admin.Page;

/// <summary>
/// The last restart that failed, with the successor's own explanation: an alarm at the top until a later restart succeeds, then a
/// panel
/// below the others.
/// </summary>
internal static class FailureSection
{
    internal static Html Alarm(PageView view) =>
        view.Restarts.FirstOrDefault() is { Failure: not null } record
            ? Panel(record, "alarm", "The last restart failed", "", view)
            : Html.None;

    internal static Html Past(PageView view)
    {
        RestartRecord[] restarts = [.. view.Restarts];
        int later = Array.FindIndex(restarts, r => r.Failure is not null);
        return later > 0
            ? Panel(
                restarts[later],
                "past",
                "Last failure",
                $" {Wording.Count(later, "restart")} {(later == 1 ? "has" : "have")} come about since.",
                view)
            : Html.None;
    }

    private static Html Panel(RestartRecord record, string style, string title, string since, PageView view)
    {
        string failure = record.Failure?.ToString() ?? "";
        return Html.Of($"""
            <div class="panel {style}">
            <h2>{title}</h2>
            <p><strong>{StateText.Of(record.Failure)}</strong> <code>{failure}</code></p>
            <pre class="words" tabindex="0">{Html.Text(record.Explanation)}</pre>
            <p class="quiet">Asked {Times.Ago(record.AskedAt, view.Now)} by {Html.Text(record.Trigger.Description)}.
            It took {Wording.Of(record.Duration)}{LastPhase(record)}.{since}</p>
            </div>
            """);
    }

    private static Html LastPhase(RestartRecord record)
    {
        if (record.Phases is not [.., { } last])
        {
            return Html.None;
        }

        return last.Detail.Length == 0
            ? Html.Of($", and got as far as {Html.Text(last.Name)}")
            : Html.Of($", and got as far as {Html.Text(last.Name)}: {Html.Text(last.Detail)}");
    }
}

namespace Baton.AspNetCore.Admin.Page;

/// <summary>The last restart that failed, with the successor's own words. It is loud as long as no later one has come about.</summary>
internal static class FailureSection
{
    internal static Html Render(PageView view)
    {
        RestartRecord[] restarts = [.. view.Restarts];
        int at = Array.FindIndex(restarts, r => r.Failure is not null);
        if (at < 0 || restarts[at] is not { Failure: { } failure } record)
        {
            return Html.None;
        }

        string since = at == 0 ? "" : $" {Wording.Count(at, "restart")} {(at == 1 ? "has" : "have")} come about since.";
        return Html.Of($"""
            <div class="panel {(at == 0 ? "alarm" : "past")}">
            <h2>{(at == 0 ? "The last restart failed" : "Last failure")}</h2>
            <p><strong>{StateWords.Of(failure)}</strong> <code>{failure.ToString()}</code></p>
            <pre class="words">{Html.Text(record.Explanation)}</pre>
            <p class="quiet">Asked {Times.Ago(record.AskedAt, view.Now)} by {Html.Text(record.Trigger)}. It took {Wording.Of(record.Duration)}{LastPhase(record)}.{since}</p>
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

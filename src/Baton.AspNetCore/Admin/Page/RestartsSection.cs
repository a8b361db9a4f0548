namespace Baton.AspNetCore.Admin.Page;

/// <summary>The last restarts, one below the other, drawn to a common scale; each opens to its figures.</summary>
internal static class RestartsSection
{
    internal static Html Render(PageView view)
    {
        List<Timeline> restarts = [.. view.Restarts.Select(r => new Timeline(r))];
        if (restarts.Count == 0)
        {
            string none = view.Status.State == ProcessState.OnProbation ? "Known here once the probation is over." : "None yet.";
            return Html.Of($"""<h2>Last restarts</h2><p class="quiet">{none}</p>""");
        }

        var axes = new TimelineAxes(restarts);
        return Html.Of($"""
            <h2>Last restarts</h2>
            <div class="axes"><span class="heading">{Headings(axes)}</span>{TimelineBar.Axis(axes)}</div>
            {restarts.Select(r => Row(r, axes, view.Now))}
            {Legend(restarts)}
            """);
    }

    private static Html Headings(TimelineAxes axes) => axes.After is null
        ? Html.Of($"<span>From the request until the successor serves</span>")
        : Html.Of($"<span>From the request until the successor serves</span><span class=\"then\">Since it serves</span>");

    private static Html Row(Timeline restart, TimelineAxes axes, DateTimeOffset now)
    {
        RestartRecord record = restart.Record;
        bool failed = record.Failure is not null;
        return Html.Of($"""
            <details class="restart{(failed ? " failed" : "")}" id="restart-{record.Generation}-{record.AskedAt.ToUnixTimeMilliseconds()}">
            <summary><span class="outcome">{(failed ? "✕" : "✓")}</span><span class="who">Generation {record.Generation} {Times.Ago(record.AskedAt, now)}</span>{TimelineBar.Render(restart, axes)}<span class="total">{Total(restart)}</span></summary>
            {RestartDetails.Render(restart)}
            </details>
            """);
    }

    private static Html Total(Timeline restart) => restart.Record.Failure is null
        ? Html.Of($"""{Wording.Of(restart.BeforeLength)}""")
        : Html.Of($"""<strong>{(restart.Served ? "rolled back" : "failed")}</strong> {Wording.Of(restart.Record.Duration)}""");

    private static Html Legend(IReadOnlyList<Timeline> restarts)
    {
        IEnumerable<(RestartPhaseKind Kind, string Name)> phases = restarts.SelectMany(r => r.Record.Phases).Select(p => (p.Kind, p.Name)).Distinct();
        return Html.Of($"""
            <ul class="legend" aria-label="Phases">{phases.Select(p => Html.Of($"<li title=\"{PhaseLook.Meaning(p.Kind)}\"><svg width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"{PhaseLook.Class(p.Kind)}\" width=\"10\" height=\"10\"/></svg>{Html.Text(p.Name)}</li>"))}
            {Extras(restarts)}</ul>
            """);
    }

    private static Html Extras(IReadOnlyList<Timeline> restarts) => Html.Join([
        restarts.Any(r => r.Served) ? Html.Of($"""<li title="the successor was told to serve"><svg width="10" height="10" aria-hidden="true" class="serves"><line x1="5" x2="5" y1="0" y2="10"/></svg>serves</li>""") : Html.None,
        restarts.Any(r => r.Drained is not null) ? Html.Of($"""<li title="the predecessor finishes its work"><svg width="14" height="10" aria-hidden="true"><rect class="p-drain" y="3" width="14" height="4"/></svg>predecessor drains</li>""") : Html.None,
        restarts.Any(r => r.Gone is not null) ? Html.Of($"""<li title="the predecessor has ended"><svg width="10" height="10" aria-hidden="true" class="gone"><circle cx="5" cy="5" r="3.5"/></svg>is gone</li>""") : Html.None,
        restarts.Any(r => r.Record.Failure is not null) ? Html.Of($"""<li title="the restart ended here"><svg width="14" height="10" aria-hidden="true"><rect class="hatched" fill="url(#hatch)" x="1" y="1" width="12" height="8"/></svg>failed</li>""") : Html.None]);
}

namespace Baton.AspNetCore.Admin.Page;

/// <summary>The last restarts, drawn to a common scale. Each opens to its figures.</summary>
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

    private static Html Headings(TimelineAxes axes) => Html.Of($"""
        <span>Until the successor serves</span>
        {(axes.After is null ? Html.None : Html.Of($"<span class=\"then\">Since it serves</span>"))}
        """);

    private static Html Row(Timeline restart, TimelineAxes axes, DateTimeOffset now)
    {
        RestartRecord record = restart.Record;
        bool failed = record.Failure is not null;
        string id = $"restart-{record.Generation}-{record.AskedAt.ToUnixTimeMilliseconds()}";
        return Html.Of($"""
            <details class="restart{(failed ? " failed" : "")}" id="{id}">
            <summary><span class="outcome">{(failed ? "✕" : "✓")}</span>
            <span class="who">Generation {record.Generation} {Times.Ago(record.AskedAt, now)}</span>
            {TimelineBar.Render(restart, axes)}<span class="total">{Total(restart)}</span></summary>
            {RestartDetails.Render(restart)}
            </details>
            """);
    }

    private static Html Total(Timeline restart) => restart.Record.Failure is null
        ? Html.Of($"""{Wording.Of(restart.BeforeLength)}""")
        : Html.Of($"""<strong>{(restart.Served ? "rolled back" : "failed")}</strong> {Wording.Of(restart.Record.Duration)}""");

    private static Html Legend(IReadOnlyList<Timeline> restarts)
    {
        IEnumerable<PhaseName> names = restarts.SelectMany(r => r.Record.Phases)
            .Select(p => new PhaseName(p.Kind, p.Name))
            .Distinct();
        return Html.Of($"""
            <ul class="legend" aria-label="Phases">{names.Select(Phase)}
            {Extras(restarts)}</ul>
            """);
    }

    private static Html Phase(PhaseName name) => Legend(
        show: true,
        PhaseStyle.Meaning(name.Kind),
        Html.Of($"""
            <svg width="10" height="10" aria-hidden="true">
            <rect class="{PhaseStyle.Class(name.Kind)}" width="10" height="10"/></svg>
            """),
        Html.Text(name.Text));

    private static Html Extras(IReadOnlyList<Timeline> restarts) => Html.Join([
        Legend(
            restarts.Any(r => r.Served),
            "the successor was told to serve",
            Html.Of($"""
                <svg width="10" height="10" aria-hidden="true" class="serves">
                <line x1="5" x2="5" y1="0" y2="10"/></svg>
                """),
            Html.Of($"serves")),
        Legend(
            restarts.Any(r => r.Drained is not null),
            "the predecessor finishes its work",
            Html.Of($"""
                <svg width="14" height="10" aria-hidden="true">
                <rect class="p-drain" y="3" width="14" height="4"/></svg>
                """),
            Html.Of($"predecessor drains")),
        Legend(
            restarts.Any(r => r.Gone is not null),
            "the predecessor has ended",
            Html.Of($"""<svg width="10" height="10" aria-hidden="true" class="gone"><circle cx="5" cy="5" r="3.5"/></svg>"""),
            Html.Of($"is gone")),
        Legend(
            restarts.Any(r => r.Record.Failure is not null),
            "the restart ended here",
            Html.Of($"""
                <svg width="14" height="10" aria-hidden="true">
                <rect class="hatched" fill="url(#hatch)" x="1" y="1" width="12" height="8"/></svg>
                """),
            Html.Of($"failed")),
    ]);

    private static Html Legend(bool show, string title, Html drawing, Html label) =>
        show ? Html.Of($"""<li title="{title}">{drawing}{label}</li>""") : Html.None;
}

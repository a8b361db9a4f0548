namespace Baton.AspNetCore.Admin.Page;

/// <summary>One restart as text and figures: the same as the drawing, readable for everybody.</summary>
internal static class RestartDetails
{
    internal static Html Render(Timeline restart)
    {
        RestartRecord record = restart.Record;
        return Html.Of($"""
            <div class="details">
            <dl class="facts">
            <div><dt>Asked by</dt><dd>{Html.Text(StatusText.OrDash(record.Trigger.Description))}</dd></div>
            <div><dt>At</dt><dd>{Times.Exact(record.AskedAt)}</dd></div>
            <div><dt>Successor</dt><dd>{Successor(record)}</dd></div>
            <div><dt>In all</dt><dd>{Wording.Of(record.Duration)}</dd></div>
            <div class="wide"><dt>Program</dt><dd class="mono">{Html.Text(StatusText.OrDash(record.Program))}</dd></div>
            </dl>
            {Failure(record)}
            {Phases(restart)}
            </div>
            """);
    }

    private static Html Successor(RestartRecord record) =>
        record.SuccessorPid is { } pid ? Html.Of($"process {pid}") : Html.Of($"none");

    private static Html Failure(RestartRecord record) => record.Failure is not { } failure ? Html.None : Html.Of($"""
        <p><strong>{StateText.Of(failure)}</strong> <code>{failure.ToString()}</code></p>
        <pre class="words" tabindex="0">{Html.Text(record.Explanation)}</pre>
        """);

    private static Html Phases(Timeline restart) => restart.Record.Phases.Count == 0 ? Html.None : Html.Of($"""
        <table class="phases"><caption class="unseen">Phases of the restart to generation {restart.Record.Generation}</caption>
        <thead><tr><th scope="col">Phase</th><th scope="col">Began at</th><th scope="col">Took</th>
        <th scope="col">Last heard</th></tr></thead>
        <tbody>{restart.Before.Select(s => Row(s, TimeSpan.Zero))}
        {restart.After.Select(s => Row(s, restart.BeforeLength))}
        {Predecessor("drained", restart.Record.DrainedAfter)}
        {Predecessor("gone", restart.Record.GoneAfter)}</tbody></table>
        """);

    private static Html Row(Segment segment, TimeSpan offset)
    {
        RestartPhase phase = segment.Phase;
        Html failed = segment.Failed ? Html.Of($" <strong>failed</strong>") : Html.None;
        return Html.Of($"""
            <tr><th scope="row" title="{PhaseStyle.Meaning(phase.Kind)}">{Html.Text(phase.Name)}{failed}</th>
            <td>{Wording.Of(offset + segment.From)}</td><td>{Wording.Of(phase.Duration)}</td>
            <td>{Html.Text(phase.Detail)}</td></tr>
            """);
    }

    private static Html Predecessor(string what, TimeSpan? at) =>
        at is { } time
            ? Html.Of($"""<tr><th scope="row">predecessor {what}</th><td>{Wording.Of(time)}</td><td></td><td></td></tr>""")
            : Html.None;
}

namespace Baton.AspNetCore.Admin.Page;

/// <summary>The living processes as cards, the newest first: one that starts, the one that serves, older ones with what they wait for.</summary>
internal static class GenerationsSection
{
    internal static Html Render(PageView view)
    {
        IEnumerable<Html> cards = view.Status.Generations.OrderByDescending(g => g.Generation).Select(g => Card(g, view));
        return Html.Of($"""
            <h2>Processes</h2>
            <ol class="cards">{Successor(view)}{cards}</ol>
            """);
    }

    private static Html Card(GenerationStatus generation, PageView view) => Html.Of($"""
        <li class="card" id="generation-{Html.Text(Id(generation, view))}">
        <h3>Generation {generation.Generation} {StateWords.Badge(generation.State)}</h3>
        <dl class="figures">
        <div><dt>Process</dt><dd>{generation.Pid}</dd></div>
        <div><dt>Version</dt><dd>{Html.Text(StatusWords.OrDash(generation.Version))}</dd></div>
        <div><dt>Age</dt><dd>{(generation.StartedAt is { } at ? Times.Since(at, view.Now) : Html.Of($"-"))}</dd></div>
        <div><dt>Requests</dt><dd>{generation.RequestCount}</dd></div>
        <div class="kinds"><dt>Connections</dt><dd>{Connections(generation)}</dd></div>
        </dl>
        {OpenWork.Render(generation, view)}
        </li>
        """);

    // Several that were rolled back are of the same generation, as is the next one that starts.
    private static string Id(GenerationStatus generation, PageView view) =>
        generation.Generation > view.Status.Generation ? $"{generation.Generation}-{generation.Pid}" : $"{generation.Generation}";

    private static Html Connections(GenerationStatus generation)
    {
        var kinds = generation.Connections.Where(c => c.Value > 0).OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).ToList();
        return kinds.Count == 0
            ? Html.Of($"0")
            : Html.Of($"""<ul class="chips">{kinds.Select(c => Html.Of($"<li>{c.Value} <span>{Html.Text(c.Key)}</span></li>"))}</ul>""");
    }

    /// <summary>The status knows only of this process and older ones.</summary>
    private static Html Successor(PageView view)
    {
        if (view.Status is not { SuccessorPid: { } pid, Restart: { } restart })
        {
            return Html.None;
        }

        ProcessState state = view.Status.State == ProcessState.HandedOver ? ProcessState.OnProbation : ProcessState.Starting;
        string phase = restart.Current?.Words ?? "";
        return Html.Of($"""
            <li class="card" id="generation-{view.Status.Generation + 1}">
            <h3>Generation {view.Status.Generation + 1} {StateWords.Badge(state)}</h3>
            <dl class="figures">
            <div><dt>Process</dt><dd>{pid}</dd></div>
            <div class="rest"><dt>Does</dt><dd>{Html.Text(StatusWords.OrDash(phase))}</dd></div>
            </dl>
            </li>
            """);
    }
}

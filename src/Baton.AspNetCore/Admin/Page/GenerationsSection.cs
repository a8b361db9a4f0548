namespace Baton.AspNetCore.Admin.Page;

/// <summary>
/// The living processes as cards: the one that serves, a successor that starts, then older ones with the work that they wait for.
/// </summary>
internal static class GenerationsSection
{
    internal static Html Render(PageView view)
    {
        Html own = Html.Join(view.Status.Generations.Where(g => g.Pid == view.Status.Pid).Select(g => Card(g, view)));
        IEnumerable<Html> others = view.Status.Generations
            .Where(g => g.Pid != view.Status.Pid)
            .OrderByDescending(g => g.Generation)
            .Select(g => Card(g, view));
        bool ownServes = view.Status.State == ProcessState.Restarting;
        IEnumerable<Html> ordered = ownServes ? [own, Successor(view), .. others] : [Successor(view), own, .. others];
        return Html.Of($"""
            <h2>Processes</h2>
            <ol class="cards">{ordered}</ol>
            """);
    }

    private static Html Card(GenerationStatus generation, PageView view) => Html.Of($"""
        <li class="card" id="generation-{Html.Text(Id(generation, view))}">
        <h3>Generation {generation.Generation} {StateText.Badge(generation.State)}</h3>
        <dl class="figures">
        <div><dt>Process</dt><dd>{generation.Pid}</dd></div>
        <div><dt>Version</dt><dd>{Html.Text(StatusText.OrDash(generation.Version))}</dd></div>
        <div><dt>Age</dt><dd>{(generation.StartedAt is { } at ? Times.Since(at, view.Now) : Html.Of($"-"))}</dd></div>
        <div><dt>Requests</dt><dd>{generation.RequestCount}</dd></div>
        <div class="kinds"><dt>Connections</dt><dd>{Connections(generation)}</dd></div>
        </dl>
        {OpenWork.Render(generation, view)}
        </li>
        """);

    // Several rolled-back processes may share one generation number with the next one that starts.
    private static string Id(GenerationStatus generation, PageView view) =>
        generation.Generation > view.Status.Generation ? $"{generation.Generation}-{generation.Pid}" : $"{generation.Generation}";

    private static Html Connections(GenerationStatus generation)
    {
        var kinds = generation.Connections.Where(c => c.Value > 0)
            .OrderByDescending(c => c.Value)
            .ThenBy(c => c.Key, StringComparer.Ordinal)
            .ToList();
        if (kinds.Count == 0)
        {
            return Html.Of($"0");
        }

        IEnumerable<Html> items = kinds.Select(c => Html.Of($"<li>{c.Value} <span>{Html.Text(c.Key)}</span></li>"));
        return Html.Of($"""<ul class="chips">{items}</ul>""");
    }

    /// <summary>A card for the successor, which is not in the list of processes: what it last said, or what is known.</summary>
    private static Html Successor(PageView view)
    {
        if (view.Status.Successor is { } reported)
        {
            return Card(reported, view);
        }

        if (view.Status is not { SuccessorPid: { } pid, Restart: { } restart })
        {
            return Html.None;
        }

        ProcessState state = view.Status.State == ProcessState.HandedOver ? ProcessState.OnProbation : ProcessState.Starting;
        string phase = restart.Current?.Words ?? "";
        return Html.Of($"""
            <li class="card" id="generation-{view.Status.Generation + 1}">
            <h3>Generation {view.Status.Generation + 1} {StateText.Badge(state)}</h3>
            <dl class="figures">
            <div><dt>Process</dt><dd>{pid}</dd></div>
            <div class="rest"><dt>Does</dt><dd>{Html.Text(StatusText.OrDash(phase))}</dd></div>
            </dl>
            </li>
            """);
    }
}

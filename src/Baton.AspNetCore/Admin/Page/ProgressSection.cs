namespace Baton.AspNetCore.Admin.Page;

/// <summary>The restart in progress: its phases with their times, and the current one.</summary>
internal static class ProgressSection
{
    internal static Html Render(PageView view)
    {
        if (view.Status.Restart is not { } restart)
        {
            return Html.None;
        }

        Html now = restart.Current is not { } current ? Html.None : Html.Of($"""
            <li class="now" aria-current="step">{Label(current.Name, current.Detail)}
            <span class="took">{Times.Since(current.Duration, view.Now)}</span></li>
            """);
        IEnumerable<Html> done = restart.Phases.Select(p =>
            Html.Of($"<li>{Label(p.Name, "")} <span class=\"took\">{Wording.Of(p.Duration)}</span></li>"));
        return Html.Of($"""
            <div class="panel progress">
            <h2>Restart in progress</h2>
            <p class="quiet">Asked by {Html.Text(restart.Trigger.Description)},
            {Times.Ago(view.Now - restart.Elapsed, view.Now)}.</p>
            <ol class="steps">{done}{now}</ol>
            </div>
            """);
    }

    private static Html Label(string name, string detail) =>
        detail.Length == 0 ? Html.Text(name) : Html.Of($"""{Html.Text(name)} <span class="detail">{Html.Text(detail)}</span>""");
}

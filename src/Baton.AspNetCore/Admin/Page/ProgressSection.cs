namespace Baton.AspNetCore.Admin.Page;

/// <summary>The restart that is under way: its phases with their times, the present one going on.</summary>
internal static class ProgressSection
{
    internal static Html Render(PageView view)
    {
        if (view.Status.Restart is not { } restart)
        {
            return Html.None;
        }

        Html now = restart.Current is not { } present ? Html.None : Html.Of($"""
            <li class="now" aria-current="step">{Words(present.Name, present.Detail)} <span class="took">{Times.Since(present.Duration, view.Now)}</span></li>
            """);
        return Html.Of($"""
            <div class="panel progress">
            <h2>Restart in progress</h2>
            <p class="quiet">Asked by {Html.Text(restart.Trigger.Description)}, {Times.Ago(view.Now - restart.Elapsed, view.Now)}.</p>
            <ol class="steps">{restart.Phases.Select(p => Html.Of($"<li>{Words(p.Name, "")} <span class=\"took\">{Wording.Of(p.Duration)}</span></li>"))}{now}</ol>
            </div>
            """);
    }

    private static Html Words(string name, string detail) =>
        detail.Length == 0 ? Html.Text(name) : Html.Of($"""{Html.Text(name)} <span class="detail">{Html.Text(detail)}</span>""");
}

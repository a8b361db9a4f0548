namespace Baton.AspNetCore.Admin.Page;

/// <summary>Nothing is done before it was confirmed, and what it means was said.</summary>
internal static class AdminDialogs
{
    internal static Html Render(RestartStatus status, IEnumerable<string> allowedDirectories, Html cut) => Html.Of($"""
        {Dialog("restart", "Restart the service?", "primary", "Restart", Restart(status, allowedDirectories))}
        {Dialog("shutdown", "Shut the service down?", "danger", "Shut down", Html.Of($"<p>It stops accepting, finishes what is open, and ends. Nobody takes over: clients are refused until somebody, such as systemd, starts it again.</p>"))}
        {Dialog("force", "Cut what is open?", "danger", "Force", Html.Of($"<p>Requests and connections of processes on their way out are cut; their clients see errors. What serves is left alone.</p><div id=\"cut\">{cut}</div>"))}
        """);

    private static Html Dialog(string name, string title, string look, string confirm, Html content) => Html.Of($"""
        <dialog id="{name}-dialog" aria-labelledby="{name}-title">
        <form method="dialog" data-action="{name}">
        <h2 id="{name}-title">{title}</h2>
        {content}
        <p class="buttons"><button type="button" data-cancel{(look == "danger" ? Html.Of($" autofocus") : Html.None)}>Cancel</button><button type="submit" class="{look}">{confirm}</button></p>
        </form>
        </dialog>
        """);

    private static Html Restart(RestartStatus status, IEnumerable<string> allowedDirectories)
    {
        string[] allowed = [.. allowedDirectories];
        Html where = allowed.Length == 0
            ? Html.Of($"<code>AllowedProgramDirectories</code> is empty, so no other program may be started.")
            : Html.Of($"Another one must lie in one of <code>AllowedProgramDirectories</code>: {allowed.Select((d, i) => Html.Of($"{(i == 0 ? "" : ", ")}<code>{d}</code>"))}.");
        return Html.Of($"""
            <p>A successor is started and takes over when it is ready. If it is not, this process keeps serving, and says why.</p>
            <p class="field"><label for="program">Program <span class="quiet">(optional)</span></label>
            <input id="program" name="program" autocomplete="off" autocapitalize="off" spellcheck="false" placeholder="{status.Program}" aria-describedby="program-hint"></p>
            <p id="program-hint" class="quiet">Empty: the same name as now, which may lead to a new release. {where}</p>
            """);
    }
}

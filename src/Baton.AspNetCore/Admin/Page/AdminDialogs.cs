namespace Baton.AspNetCore.Admin.Page;

/// <summary>The dialogs that explain an action and ask to confirm it.</summary>
internal static class AdminDialogs
{
    internal static Html Render(RestartStatus status, IEnumerable<string> allowedDirectories, Html cut) => Html.Of($"""
        {Dialog("restart", "Restart the service?", "primary", "Restart", Restart(status, allowedDirectories))}
        {Dialog("rollback", "Take the restart back?", "danger", "Roll back", RollBack())}
        {Dialog("confirm", "Confirm the restart?", "primary", "Confirm", Confirm())}
        {Dialog("shutdown", "Shut the service down?", "danger", "Shut down", Shutdown())}
        {Dialog("force", "Cut what is open?", "danger", "Force", Force(cut))}
        """);

    private static Html RollBack() => Html.Of(
        $"<p>The old process serves again, at once. The new one finishes what it has accepted, and ends.</p>");

    private static Html Confirm() => Html.Of(
        $"<p>The new process serves for good. The old one finishes what it has, and ends; it can't take over any more.</p>");

    private static Html Shutdown() => Html.Of(
        $"<p>It stops accepting, finishes what is open, and ends. Nobody takes over: " +
            $"clients are refused until somebody, such as systemd, starts it again.</p>");

    private static Html Force(Html cut) => Html.Of(
        $"<p>Requests and connections of processes on their way out are cut; their clients see errors. " +
            $"What serves is left alone.</p><div id=\"cut\">{cut}</div>");

    private static Html Dialog(string name, string title, string style, string confirm, Html content)
    {
        Html focus = style == "danger" ? Html.Of($" autofocus") : Html.None;
        return Html.Of($"""
            <dialog id="{name}-dialog" aria-labelledby="{name}-title">
            <form method="dialog" data-action="{name}">
            <h2 id="{name}-title">{title}</h2>
            {content}
            <p class="buttons"><button type="button" data-cancel{focus}>Cancel</button>
            <button type="submit" class="{style}">{confirm}</button></p>
            </form>
            </dialog>
            """);
    }

    private static Html Restart(RestartStatus status, IEnumerable<string> allowedDirectories)
    {
        string[] allowed = [.. allowedDirectories];
        Html where = allowed.Length == 0
            ? Html.Of($"<code>AllowedProgramDirectories</code> is empty, so no other program may be started.")
            : Html.Of(
                $"Another one must lie in one of <code>AllowedProgramDirectories</code>: " +
                    $"{allowed.Select((d, i) => Html.Of($"{(i == 0 ? "" : ", ")}<code>{d}</code>"))}.");
        return Html.Of($"""
            <p>A successor is started and takes over when it is ready. If it is not, this process keeps serving, and says why.</p>
            <p class="field"><label for="program">Program <span class="quiet">(optional)</span></label>
            <input id="program" name="program" autocomplete="off" autocapitalize="off" spellcheck="false"
            placeholder="{status.Program}" aria-describedby="program-hint"></p>
            <p id="program-hint" class="quiet">Empty: the same name as now, which may lead to a new release. {where}</p>
            """);
    }
}

namespace Baton.AspNetCore.Admin.Page;

/// <summary>The whole page. It can be read without JavaScript; with it, the page follows the service.</summary>
internal static class AdminPage
{
    /// <param name="status">The status of the service.</param>
    /// <param name="now">The time of the status.</param>
    /// <param name="address">The page's absolute address as the client wrote it, encoded, without the query.</param>
    /// <param name="allowedDirectories">The directories from which another program may be started.</param>
    internal static string Render(
        RestartStatus status, DateTimeOffset now, string address, IEnumerable<string> allowedDirectories)
    {
        IReadOnlyDictionary<string, Html> sections = AdminSections.Of(status, now);
        Html Section(string id, string label) => Html.Of($"""<section id="{id}" aria-label="{label}">{sections[id]}</section>""");
        string below = Below(address);
        return Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="robots" content="noindex">
            <title>{ServiceSection.Title(status)}</title>
            <link rel="icon" type="image/svg+xml" href="{below}admin.svg?v={AdminAsset.Release}">
            <link rel="stylesheet" href="{below}admin.css?v={AdminAsset.Release}">
            <script src="{below}admin.js?v={AdminAsset.Release}" defer></script>
            </head>
            <body data-below="{below}">
            <svg class="definitions" width="0" height="0" aria-hidden="true"><defs>
            <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <line x1="0" x2="0" y1="0" y2="6"/></pattern></defs></svg>
            <header>
            <p id="stream" class="stream"><span id="stream-state">As of {Times.Exact(now)}</span></p>
            {Section("service", "Service")}
            </header>
            <main>
            <section id="actions" class="actions" aria-label="Actions">{sections["actions"]}</section>
            <noscript><p class="panel past">The buttons need JavaScript, and so does a page that follows the service.
            Without it: <code>curl -X POST {address.TrimEnd('/')}/restart</code>, or <code>shutdown</code>,
            or <code>force</code>.</p></noscript>
            <p id="news" class="unseen" role="status"></p>
            <div id="result" class="result" role="status"></div>
            {Section("progress", "Restart in progress")}
            {Section("alarm", "The last restart failed")}
            {Section("generations", "Processes")}
            {Section("restarts", "Last restarts")}
            {Section("failure", "Last failure")}
            </main>
            <footer><p>Baton · <a href="{below}status">Status as JSON</a></p></footer>
            {AdminDialogs.Render(status, allowedDirectories, sections["cut"])}
            </body>
            </html>

            """).ToString();
    }

    /// <summary>
    /// The prefix for addresses below the page. It is relative, so that a proxy may serve the page at another path.
    /// </summary>
    private static string Below(string address) =>
        address.EndsWith('/') ? "./" : $"./{address[(address.LastIndexOf('/') + 1)..]}/";
}

using System.Globalization;
using System.Net;

namespace Baton.AspNetCore.Admin.Page;

/// <summary>The page for people.</summary>
internal static class AdminPage
{
    /// <param name="status">What it shows.</param>
    /// <param name="root">The path of the page, without a slash at its end: what is requested from it lies below.</param>
    internal static string Render(RestartStatus status, string root)
    {
        IEnumerable<string> sections = AdminSections.Render(status).Select(s => $"<section id=\"{s.Key}\">{s.Value}</section>\n");
        string path = WebUtility.HtmlEncode(root);
        return string.Create(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>{WebUtility.HtmlEncode(status.Name)}</title>
            <link rel="stylesheet" href="{path}/admin.css"><script src="{path}/admin.js" defer></script></head>
            <body>
            {string.Concat(sections)}</body>
            </html>

            """);
    }
}

/// <summary>The parts of the page that change.</summary>
internal static class AdminSections
{
    /// <summary>Each part by the id of its element.</summary>
    internal static IReadOnlyDictionary<string, string> Render(RestartStatus status) => new Dictionary<string, string>
    {
        ["status"] = string.Create(CultureInfo.InvariantCulture, $"<p>Process {status.Pid}, generation {status.Generation}: {status.State}</p>"),
    };
}

using System.Globalization;

namespace Baton.AspNetCore.Admin.Page;

/// <summary>Times for people, with the exact time as a tooltip. The script updates them between two views.</summary>
internal static class Times
{
    /// <summary><c>3 min ago</c>.</summary>
    internal static Html Ago(DateTimeOffset at, DateTimeOffset now) => Element(at, "ago", $"{Rough(now - at)} ago");

    /// <summary><c>3 min 5 s</c>, counting up.</summary>
    internal static Html Since(DateTimeOffset at, DateTimeOffset now) => Element(at, "since", Wording.Of(now - at));

    internal static Html Since(TimeSpan elapsed, DateTimeOffset now) => Since(now - elapsed, now);

    /// <summary><c>7 s</c>, counting down.</summary>
    internal static Html Until(TimeSpan left, DateTimeOffset now) => Element(now + left, "until", Wording.Of(left));

    internal static string Exact(DateTimeOffset at) =>
        at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    internal static string Machine(DateTimeOffset at) =>
        at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The larger unit only.</summary>
    private static string Rough(TimeSpan time) => string.Join(' ', Wording.Of(time).Split(' ').Take(2));

    private static Html Element(DateTimeOffset at, string tick, string text) =>
        Html.Of($"""<time datetime="{Machine(at)}" title="{Exact(at)}" data-tick="{tick}">{text}</time>""");
}

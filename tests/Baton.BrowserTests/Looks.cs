using Microsoft.Playwright;

namespace Baton.BrowserTests;

/// <summary>How windows differ.</summary>
internal static class Looks
{
    internal static readonly ViewportSize Wide = new() { Width = 1180, Height = 800 };

    internal static BrowserNewContextOptions WithoutScript => new() { JavaScriptEnabled = false };

    internal static IReadOnlyDictionary<string, BrowserNewContextOptions> All => new Dictionary<string, BrowserNewContextOptions>
    {
        ["light"] = new() { ColorScheme = ColorScheme.Light },
        ["dark"] = new() { ColorScheme = ColorScheme.Dark },
        ["narrow"] = new() { ViewportSize = new ViewportSize { Width = 360, Height = 740 } },
    };
}

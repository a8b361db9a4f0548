using Microsoft.Playwright;

namespace Baton.BrowserTests;

/// <summary>How windows differ.</summary>
internal static class Looks
{
    internal static readonly ViewportSize Wide = new() { Width = 1180, Height = 800 };

    internal static BrowserNewContextOptions Light => new() { ColorScheme = ColorScheme.Light, DeviceScaleFactor = 1 };

    internal static BrowserNewContextOptions Dark => new() { ColorScheme = ColorScheme.Dark };

    internal static BrowserNewContextOptions Narrow => new() { ViewportSize = new ViewportSize { Width = 360, Height = 740 } };

    internal static BrowserNewContextOptions WithoutScript => new() { JavaScriptEnabled = false };
}

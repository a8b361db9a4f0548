using System.Collections.Concurrent;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Baton.BrowserTests;

/// <summary>The admin page in a window of its own, as an operator sees and uses it.</summary>
internal sealed class AdminTab : IAsyncDisposable
{
    private const float DeadlineMs = 60_000;

    // That a request failed is news for developers, and for some tests what they want; all else is a defect of the page.
    private const string FailedRequest = "Failed to load resource";

    private readonly IBrowserContext _window;
    private readonly ConcurrentQueue<string> _complaints = [];

    private AdminTab(IBrowserContext window, IPage page)
    {
        (_window, Page) = (window, page);
        page.SetDefaultTimeout(DeadlineMs);
        page.Console += (_, message) => Complain(message.Type, message.Text);
        page.PageError += (_, error) => Complain("error", error);
        page.Dialog += (_, dialog) => Complain("error", $"a script has opened: {dialog.Message}");
    }

    internal IPage Page { get; }

    internal ILocator Stream => Page.Locator("#stream-state");

    internal ILocator Result => Page.Locator("#result");

    internal ILocator Cards => Page.Locator("#generations .card");

    internal ILocator Restarts => Page.Locator("#restarts details");

    internal static async Task<AdminTab> OpenAsync(Chromium browser, ServiceAddress address, BrowserNewContextOptions? look = null)
    {
        SetDefaultExpectTimeout(DeadlineMs);
        BrowserNewContextOptions options = look ?? new BrowserNewContextOptions();
        options.ViewportSize ??= Looks.Wide;
        options.ReducedMotion = ReducedMotion.Reduce;
        IBrowserContext window = await browser.NewWindowAsync(options);
        var tab = new AdminTab(window, await window.NewPageAsync());
        await tab.Page.GotoAsync($"{address.Uri}debug/admin");
        return tab;
    }

    internal ILocator Button(string name) => Page.Locator("#actions").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = name });

    /// <summary>Until the page follows the process that serves.</summary>
    internal Task IsLiveAsync(ServiceProcess service) => Expect(Stream).ToHaveTextAsync($"Live from process {service.Pid}");

    /// <summary>Presses a button and confirms.</summary>
    internal async Task AskAsync(string button, string confirm, string? program = null)
    {
        await Button(button).ClickAsync();
        ILocator dialog = Page.GetByRole(AriaRole.Dialog);
        if (program is not null)
        {
            await dialog.GetByLabel("Program").FillAsync(program);
        }

        await dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = confirm, Exact = true }).ClickAsync();
    }

    /// <summary>Writes what is seen to <c>artifacts/screenshots</c>.</summary>
    internal Task<byte[]> ShootAsync(string name) => Page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(Repository.Root, "artifacts", "screenshots", $"{name}.png"), FullPage = true,
    });

    internal async Task IsAccessibleAsync()
    {
        // All rules; but only of violations each element is described.
        AxeResult found = await Page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        Assert.Empty(found.Violations.Select(v => $"{v.Id}: {v.Help}: {string.Join("; ", v.Nodes.Select(n => n.Html))}"));
        Assert.NotEmpty(found.Passes);
    }

    /// <summary>No error, no violation of the content security policy, nothing executed that should not be.</summary>
    internal void HasNoComplaint() => Assert.Empty(_complaints);

    public async ValueTask DisposeAsync() => await _window.DisposeAsync();

    private void Complain(string kind, string text)
    {
        if (kind is "error" or "warning" && !text.StartsWith(FailedRequest, StringComparison.Ordinal))
        {
            _complaints.Enqueue(text);
        }
    }
}

using System.Globalization;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Baton.BrowserTests;

/// <summary>The page for whoever has no script, another screen, other eyes.</summary>
public class ReadingTests(Chromium browser)
{
    [Fact]
    public async Task Without_script_the_page_can_be_read_and_tells_what_to_do_instead()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await service.RestartAsync();
        await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address, Looks.WithoutScript);
        await Expect(tab.Page.Locator("#service")).ToContainTextAsync($"Process {service.Pid} serves.");
        await Expect(tab.Cards.First).ToContainTextAsync(service.Pid.ToString(CultureInfo.InvariantCulture));
        await Expect(tab.Stream).ToContainTextAsync("As of 20");
        await Expect(tab.Button("Restart…")).ToBeHiddenAsync();
        await Expect(tab.Page.Locator("noscript code").First).ToHaveTextAsync($"curl -X POST {service.Address.Uri}debug/admin/restart");

        // The successor hears of it a moment after it serves.
        await Deadline.UntilAsync(async () =>
        {
            await tab.Page.ReloadAsync();
            return await tab.Restarts.CountAsync() == 1;
        });
        await tab.Restarts.Locator("summary").ClickAsync();
        await Expect(tab.Restarts.Locator("table.phases")).ToContainTextAsync("warm-up");
        await tab.ShootAsync("without-script");
        tab.HasNoComplaint();
    }

    [Fact]
    public async Task Page_is_accessible_and_fits_in_light_dark_and_narrow()
    {
        using var releases = new ReleaseDirectory();
        await using ServiceProcess service = await ServiceProcess.StartAsync(Shop.Setup(releases));
        await Shop.LiveAsync(service);
        using Shop.Visitors visitors = await Shop.LeaveOneDrainingAsync(service);
        foreach ((string name, BrowserNewContextOptions look) in Looks.All)
        {
            await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address, look);
            await tab.IsLiveAsync(service);
            await Expect(tab.Cards).ToHaveCountAsync(2);
            await Expect(tab.Restarts).ToHaveCountAsync(4);
            Shop.Keep(name, await tab.ShootAsync(name));
            await tab.Restarts.Last.Locator("summary").ClickAsync();
            await tab.IsAccessibleAsync();

            // It is all that can be used while it is open.
            await tab.Button("Restart…").ClickAsync();
            await Expect(tab.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
            await tab.IsAccessibleAsync();
            await tab.ShootAsync($"{name}-dialog");

            // Nothing is cut off at the side, and nothing has to be scrolled there.
            Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
            tab.HasNoComplaint();
        }
    }
}

using System.Globalization;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using static Microsoft.Playwright.Assertions;

namespace Baton.BrowserTests;

/// <summary>Who still has something to do, and what cuts it.</summary>
public class DrainStoryTests(Chromium browser)
{
    [Fact]
    public async Task Request_that_holds_up_the_drain_is_named_with_its_age_until_it_is_cut_by_force()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Shop.DrainsForAnHour);
        await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address);
        await tab.IsLiveAsync(service);
        await Expect(tab.Button("Force…")).ToBeDisabledAsync();
        await Expect(tab.Page.Locator("#force-hint")).ToHaveTextAsync("No process is on its way out.");
        using HttpConnection stuck = await service.BeginStuckRequestAsync();
        int predecessor = await service.RestartAsync();
        await tab.IsLiveAsync(service);
        await Expect(tab.Cards).ToHaveCountAsync(2);
        await Expect(tab.Cards.Last).ToContainTextAsync("Draining");
        await Expect(tab.Cards.Last).ToContainTextAsync("Waits for 1 request on 1 connection.");
        await Expect(tab.Cards.Last.Locator(".requests td").First).ToHaveTextAsync("/stuck");
        await Expect(tab.Cards.Last.Locator(".requests td time")).ToContainTextAsync("s");
        await tab.IsAccessibleAsync();
        await tab.ShootAsync("drain");

        // Looked at, and thought better of.
        await tab.Button("Force…").ClickAsync();
        await Expect(tab.Page.Locator("#cut")).ToHaveTextAsync($"process {predecessor}, generation 1: 1 request, 1 connection");
        await tab.Page.Keyboard.PressAsync("Escape");
        Assert.Contains(predecessor, service.Living);

        await tab.AskAsync("Force…", "Force");
        await Expect(tab.Result).ToContainTextAsync("Force done");
        await Expect(tab.Result).ToContainTextAsync($"process {predecessor}");
        await Expect(tab.Cards).ToHaveCountAsync(1);
        await Deadline.UntilAsync(() => !service.Living.Contains(predecessor));
        await Expect(tab.Button("Force…")).ToBeDisabledAsync();
        await tab.IsLiveAsync(service);
        tab.HasNoComplaint();
    }

    [Fact]
    public async Task Shutdown_finishes_what_is_open_and_the_page_says_that_nobody_answers()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address);
        await tab.IsLiveAsync(service);
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using (connection)
        {
            await tab.AskAsync("Shut down…", "Shut down");
            await Expect(tab.Page.Locator("#service")).ToContainTextAsync("Shutting down");
            await Expect(tab.Button("Restart…")).ToBeDisabledAsync();
            await Expect(tab.Cards.Last).ToContainTextAsync("Waits for 1 request");
            latch.Open();
            Assert.Equal(200, (await connection.ReceiveAsync()).Status);
        }

        Assert.Equal(0, await service.EndAsync(service.Pid));
        await Expect(tab.Result).ToContainTextAsync("Shutdown done");
        await Expect(tab.Stream).ToHaveTextAsync("Nobody answers; trying again");
        Assert.Empty(service.Living);
        tab.HasNoComplaint();
    }

    [Fact]
    public async Task Probation_shows_both_processes_and_who_could_take_over_again()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromMinutes(5) });
        int predecessor = await service.RestartAsync();
        await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address);
        await tab.IsLiveAsync(service);
        await Expect(tab.Page.Locator("#service")).ToContainTextAsync("Serving, on probation");
        await Expect(tab.Page.Locator("#service .lead")).ToContainTextAsync($"Process {predecessor} can take over again for another 4 min");
        await Expect(tab.Cards.Last).ToContainTextAsync(predecessor.ToString(CultureInfo.InvariantCulture));
        await Expect(tab.Cards.Last).ToContainTextAsync("stays until the probation is over");
        await Expect(tab.Page.Locator("#restart-hint")).ToHaveTextAsync("Waits until the probation is over.");
        await tab.ShootAsync("probation");
        tab.HasNoComplaint();
    }
}

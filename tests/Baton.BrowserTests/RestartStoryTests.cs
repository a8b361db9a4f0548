using System.Globalization;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Baton.BrowserTests;

/// <summary>The button, and what is seen until another process answers.</summary>
public class RestartStoryTests(Chromium browser)
{
    [Fact]
    public async Task Restart_under_load_shows_the_phases_and_then_the_successor_and_no_request_fails()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(2) });
        await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address);
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        await tab.IsLiveAsync(service);
        int predecessor = service.Pid;
        await load.MoreAsync();

        // The successor waits: everybody can look at what it does.
        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.Behaviour);
        await tab.AskAsync("Restart…", "Restart");
        await latch.ReachedAsync();
        int successor = await service.SuccessorAsync();
        await Expect(tab.Page.Locator("#progress .steps li.now")).ToContainTextAsync("hosted services");
        await Expect(tab.Page.Locator("#progress .steps li").First).ToContainTextAsync("spawn");
        await Expect(tab.Cards).ToHaveCountAsync(2);

        // The process that serves comes first.
        await Expect(tab.Cards.First).ToContainTextAsync(predecessor.ToString(CultureInfo.InvariantCulture));
        await Expect(tab.Cards.Nth(1)).ToContainTextAsync(successor.ToString(CultureInfo.InvariantCulture));
        await Expect(tab.Cards.Nth(1)).ToContainTextAsync("Starting");
        await Expect(tab.Button("Restart…")).ToBeDisabledAsync();
        await Expect(tab.Page.Locator("#restart-hint")).ToHaveTextAsync("A restart is in progress.");
        await tab.ShootAsync("restarting");
        latch.Open();

        await service.RestartedAsync();
        await Expect(tab.Result).ToContainTextAsync($"process {successor}, generation 2, serves");
        Assert.Equal(successor, service.Pid);

        // The stream of the old process has ended, and the page has found the new one by itself.
        await tab.IsLiveAsync(service);
        await Expect(tab.Page.Locator("#service")).ToContainTextAsync($"Process {successor} serves.");
        await Expect(tab.Restarts).ToHaveCountAsync(1);
        await Expect(tab.Button("Restart…")).ToBeEnabledAsync();
        await load.EndWithoutFailureAsync();
        Assert.NotEqual(predecessor, service.Pid);
        tab.HasNoComplaint();
    }

    [Fact]
    public async Task On_probation_the_process_that_serves_comes_first_though_the_old_one_has_the_page()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromHours(1) });
        await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address);
        await tab.IsLiveAsync(service);
        int predecessor = await service.RestartAsync();

        await Expect(tab.Page.Locator("#service")).ToContainTextAsync($"process {predecessor}");
        await Expect(tab.Page.Locator("#service .badge")).ToHaveTextAsync("Serving, on probation");
        await Expect(tab.Cards).ToHaveCountAsync(2);
        await Expect(tab.Cards.First).ToContainTextAsync(service.Pid.ToString(CultureInfo.InvariantCulture));
        await Expect(tab.Cards.First).ToContainTextAsync("Requests");
        await Expect(tab.Cards.Last).ToContainTextAsync("Handed over");
        await tab.IsAccessibleAsync();
        await tab.ShootAsync("probation");
        await tab.Page.SetViewportSizeAsync(Looks.All["narrow"].ViewportSize!.Width, Looks.All["narrow"].ViewportSize!.Height);
        await tab.ShootAsync("probation-narrow");
        tab.HasNoComplaint();
    }

    [Fact]
    public async Task Timeline_is_drawn_to_scale_and_its_figures_are_a_table()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await service.RestartAsync();
        await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address);
        await Expect(tab.Restarts).ToHaveCountAsync(1);
        await tab.Restarts.Locator("summary").ClickAsync();
        ILocator rows = tab.Restarts.Locator("table.phases tbody tr");
        string[] names = [.. await rows.Locator("th").AllInnerTextsAsync()];
        Assert.Equal(["spawn", "starting"], names[..2]);
        Assert.Contains("warm-up", names);
        Assert.Contains("commit", names);

        // As wide as it took, to the nearest pixel and to the least that can be seen. What comes after the commit has a scale of its own.
        int before = Array.IndexOf(names, "commit") + 1;
        double[] widths = [.. (await tab.Restarts.Locator("svg.bar g > rect[class^='p-']").EvaluateAllAsync<float[]>("all => all.map(r => r.getBoundingClientRect().width)")).Select(w => (double)w)];
        double[] times = (await tab.Page.EvaluateAsync<double[]>("fetch('admin/status').then(a => a.json()).then(s => s.lastRestarts[0].phases.map(p => p.durationMs))"))[..before];
        widths = widths[..before];
        double scale = widths.Max() / times.Max();
        Assert.All(times.Index(), time => Assert.InRange(widths[time.Index], (time.Item * scale) - 3, (time.Item * scale) + 5));
        tab.HasNoComplaint();
    }

    [Fact]
    public async Task What_the_reader_has_opened_selected_and_focused_stays_when_the_page_changes()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await service.RestartAsync();
        await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address);
        await tab.IsLiveAsync(service);
        await tab.Restarts.Locator("summary").ClickAsync();

        // Until the end of the predecessor there are lines still to come.
        await Expect(tab.Restarts.Locator("table.phases")).ToContainTextAsync("gone");
        await tab.Page.EvaluateAsync("getSelection().selectAllChildren(document.querySelector('.details table'))");
        string selected = await tab.Page.EvaluateAsync<string>("getSelection().toString()");
        Assert.Contains("spawn", selected, StringComparison.Ordinal);

        await service.RestartAsync();
        await tab.IsLiveAsync(service);
        await Expect(tab.Restarts).ToHaveCountAsync(2);
        await Expect(tab.Restarts.Last).ToHaveAttributeAsync("open", "");
        Assert.Null(await tab.Restarts.First.GetAttributeAsync("open"));
        await Expect(tab.Restarts.Last.Locator("summary")).ToBeFocusedAsync();
        Assert.Equal(selected, await tab.Page.EvaluateAsync<string>("getSelection().toString()"));
        tab.HasNoComplaint();
    }

    [Fact]
    public async Task Keyboard_alone_restarts_the_service_and_the_focus_comes_back()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address);
        await tab.IsLiveAsync(service);
        ILocator dialog = tab.Page.GetByRole(AriaRole.Dialog);
        await tab.Page.Keyboard.PressAsync("Tab");
        await Expect(tab.Button("Restart…")).ToBeFocusedAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByLabel("Program")).ToBeFocusedAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(tab.Button("Restart…")).ToBeFocusedAsync();

        // What would end the service begins at Cancel.
        await tab.Page.Keyboard.PressAsync("Tab");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByText("Cancel")).ToBeFocusedAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(tab.Button("Shut down…")).ToBeFocusedAsync();

        await tab.Page.Keyboard.PressAsync("Shift+Tab");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByLabel("Program")).ToBeFocusedAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await service.RestartedAsync();
        await Expect(tab.Result).ToContainTextAsync("generation 2, serves");
        await tab.IsLiveAsync(service);
        tab.HasNoComplaint();
    }
}

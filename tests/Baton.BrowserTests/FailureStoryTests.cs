using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using static Microsoft.Playwright.Assertions;

namespace Baton.BrowserTests;

/// <summary>What did not come about, and why.</summary>
public class FailureStoryTests(Chromium browser)
{
    [Fact]
    public async Task Bad_release_shows_its_own_words_and_the_old_process_serves_on()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address);
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        await tab.IsLiveAsync(service);
        service.SetNextBehaviour("crash-in-hosted-service");
        await tab.AskAsync("Restart…", "Restart");
        await Expect(tab.Result).ToContainTextAsync("told to crash in a hosted service");
        await Expect(tab.Page.Locator("#alarm .words")).ToContainTextAsync("InvalidOperationException: told to crash in a hosted service");
        await Expect(tab.Page.Locator("#alarm")).ToContainTextAsync("SuccessorFailed");
        await Expect(tab.Restarts).ToHaveCountAsync(1);
        await Expect(tab.Restarts.Locator("summary")).ToContainTextAsync("failed");
        await Expect(tab.Restarts.Locator("svg .hatched")).ToHaveCountAsync(1);
        await tab.IsLiveAsync(service);
        await Expect(tab.Button("Restart…")).ToBeEnabledAsync();
        await tab.IsAccessibleAsync();
        await tab.ShootAsync("failure");
        await service.Log.FirstAsync("Restart failed");

        // A good one: the failure is history.
        service.SetNextBehaviour("");
        await tab.AskAsync("Restart…", "Restart");
        await service.RestartedAsync(service.Log.Length);
        await tab.IsLiveAsync(service);
        await Expect(tab.Page.Locator("#alarm")).ToBeEmptyAsync();
        await Expect(tab.Page.Locator("#failure")).ToContainTextAsync("1 restart has come about since.");
        await load.EndWithoutFailureAsync();
        tab.HasNoComplaint();
    }

    /// <summary>S2, as an operator meets it.</summary>
    [Fact]
    public async Task Program_outside_of_the_allowed_directories_is_refused_with_the_reason_and_one_inside_is_started()
    {
        using var releases = new TemporaryDirectory();
        string program = releases.PathOf("TestService");
        TemporaryDirectory.CopyProgram(ServiceSetup.BuiltDirectory, releases.PathOf(""));

        var setup = new ServiceSetup { Environment = new Dictionary<string, string> { ["GracefulRestart__AllowedProgramDirectories__0"] = releases.PathOf("") } };
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address);
        await tab.IsLiveAsync(service);
        int first = service.Pid;
        await tab.AskAsync("Restart…", "Restart", program: "/usr/bin/env");
        await Expect(tab.Result).ToContainTextAsync("/usr/bin/env");
        await Expect(tab.Result).ToContainTextAsync("it is in none of the allowed directories");
        Assert.Equal([first], service.Living);
        await service.Log.FirstAsync("refused: The program /usr/bin/env");

        int after = service.Log.Length;
        await tab.AskAsync("Restart…", "Restart", program);
        await service.RestartedAsync(after);
        await tab.IsLiveAsync(service);
        await Expect(tab.Page.Locator("#service .facts")).ToContainTextAsync(program);
        tab.HasNoComplaint();
    }

    [Fact]
    public async Task Names_that_are_markup_are_shown_and_not_executed()
    {
        // What an attacker could name: directories, programs, sockets.
        const string Hostile = "<img src=x onerror=alert(1)>\"'";
        using var directory = new TemporaryDirectory();
        string hostile = Directory.CreateDirectory(directory.PathOf(Hostile)).FullName;
        ServiceSetup setup = ServiceSetup.ListeningOn("http://127.0.0.1:0") with
        {
            Environment = new Dictionary<string, string> { ["GracefulRestart__AllowedProgramDirectories__0"] = hostile },
        };
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await using AdminTab tab = await AdminTab.OpenAsync(browser, service.Address);
        await tab.IsLiveAsync(service);
        await tab.AskAsync("Restart…", "Restart", program: Path.Combine(hostile, "<script>alert(2)</script>"));
        await Expect(tab.Result).ToContainTextAsync(Hostile);
        await Expect(tab.Page.Locator("#program-hint")).ToContainTextAsync(Hostile);
        Assert.Equal(0, await tab.Page.Locator("img").CountAsync());
        Assert.Equal(1, await tab.Page.Locator("script").CountAsync());
        tab.HasNoComplaint();
    }
}

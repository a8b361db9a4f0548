using System.Collections.Concurrent;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Baton.BrowserTests;

/// <summary>A page with a WebSocket and an EventSource, in a browser: the sample LongLived.</summary>
public class LongLivedPageTests(Chromium browser)
{
    private const int Restarts = 3;

    [Fact]
    public async Task Page_stays_live_through_three_restarts()
    {
        SetDefaultExpectTimeout(60_000);
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Command = [Path.Combine(TestBuild.UsualOf("LongLived"), "LongLived")] }.With(
            "--GracefulRestart:LongLived:Notice=0s", "--GracefulRestart:LongLived:CloseSpread=0s", "--Logging:Console:FormatterName=simple", "--Logging:Console:FormatterOptions:SingleLine=true"));
        IBrowserContext window = await browser.NewWindowAsync(new BrowserNewContextOptions());
        await using (window)
        {
            IPage page = await window.NewPageAsync();
            var complaints = new ConcurrentQueue<string>();
            page.Console += (_, message) => complaints.Enqueue(message.Text);
            page.PageError += (_, error) => complaints.Enqueue(error);
            await page.GotoAsync(ServiceAddress.Parse(service.Log.All(@"Now listening on: (?<address>\S+)")[^1].Groups["address"].Value).Uri.ToString());
            await IsLiveAsync(page, service.Pid);
            for (int i = 0; i < Restarts; i++)
            {
                await service.RestartAsync();
                await IsLiveAsync(page, service.Pid);
            }

            Assert.Equal(Enumerable.Repeat(1012, Restarts), await page.EvaluateAsync<int[]>("closes"));
            Assert.Empty(complaints);
        }
    }

    private static async Task IsLiveAsync(IPage page, int pid)
    {
        await Expect(page.Locator("#ws")).ToHaveTextAsync($"{pid} hello");
        await Expect(page.Locator("#events")).ToContainTextAsync($"{pid} ");
    }
}

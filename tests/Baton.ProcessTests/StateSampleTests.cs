using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>samples/State: counters and a cache that survive ten restarts and a roll back.</summary>
[Jit("A sample.")]
public sealed class StateSampleTests
{
    private const string Known = " (from the cache)\n";

    [Fact]
    public async Task Counters_and_cache_survive_ten_restarts()
    {
        await using ServiceProcess service = await StartAsync(probation: TimeSpan.Zero);
        Assert.Equal("6765\n", await GetAsync(service, "/fibonacci/20"));
        for (int i = 1; i <= 10; i++)
        {
            Assert.Equal($"alice: {i} of 100\n", await GetAsync(service, "/limited?client=alice"));
            await service.RestartAsync();
            Assert.Equal($"6765{Known}", await GetAsync(service, "/fibonacci/20"));
        }

        await service.StopAsync();
    }

    [Fact]
    public async Task Bad_release_hands_its_counters_back_and_not_its_cache()
    {
        await using ServiceProcess service = await StartAsync(probation: TimeSpan.FromSeconds(60));
        Assert.Equal("alice: 1 of 100\n", await GetAsync(service, "/limited?client=alice"));
        Assert.Equal("6765\n", await GetAsync(service, "/fibonacci/20"));
        int after = service.Log.Length;
        await service.RestartAsync();
        Assert.Equal("alice: 2 of 100\n", await GetAsync(service, "/limited?client=alice"));
        Assert.Equal("55\n", await GetAsync(service, "/fibonacci/10"));

        // Its connection must not stay: the release would wait for it.
        using (var client = new HttpClient())
        using (await client.PostAsync(new Uri(Address(service).Uri, "/bad"), content: null, TestContext.Current.CancellationToken))
        {
        }

        await service.RolledBackAsync(after);

        Assert.Equal("alice: 3 of 100\n", await GetAsync(service, "/limited?client=alice"));
        Assert.Equal($"6765{Known}", await GetAsync(service, "/fibonacci/20"));
        Assert.Equal("55\n", await GetAsync(service, "/fibonacci/10"));
        await service.StopAsync();
    }

    private static Task<ServiceProcess> StartAsync(TimeSpan probation) => ServiceProcess.StartAsync(new ServiceSetup
    {
        Command = [Path.Combine(TestBuild.UsualOf("State"), "State")],
        Arguments =
        [
            "--urls", "http://127.0.0.1:0", "--Logging:Console:FormatterName=simple", "--Logging:Console:FormatterOptions:SingleLine=true",
        ],
        Probation = probation,
    });

    // Of the first process: its successors have the same.
    private static ServiceAddress Address(ServiceProcess service) =>
        ServiceAddress.Parse(service.Log.All(@"Now listening on: (?<address>\S+)")[0].Groups["address"].Value);

    private static async Task<string> GetAsync(ServiceProcess service, string path) =>
        (await HttpConnection.GetOnceAsync(Address(service), path)).Text;
}

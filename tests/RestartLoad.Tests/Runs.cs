using RestartLoad.Load;
using RestartLoad.Measuring;
using RestartLoad.Modes;
using RestartLoad.Output;
using RestartLoad.Wire;

namespace RestartLoad.Tests;

/// <summary>Short runs.</summary>
internal static class Runs
{
    /// <summary>Enough requests to see what the server does to each.</summary>
    private const int Requests = 3;

    public static LoadSettings Of(string mode, Endpoints endpoints) => new()
    {
        Endpoints = endpoints,
        Modes = [ModeChoice.Parse(mode)],
        MinRequests = Requests,
        MaxDuration = TimeSpan.FromSeconds(30),
    };

    public static LoadSettings OfHttp(string mode, string url) => Of(mode, new Endpoints(Http: Target.Parse(url, "http")));

    public static LoadSettings OfH2c(string mode, string url) => Of(mode, new Endpoints(H2c: Target.Parse(url, "http")));

    public static async Task<RunReport> RunAsync(this LoadSettings settings)
    {
        RunState state = new();
        await new LoadRun(settings, state, new NobodyWatching()).RunAsync(TestContext.Current.CancellationToken);
        return RunReport.Of(state);
    }

    /// <summary>Every request failed, and all in this way.</summary>
    public static void AssertAll(this RunReport report, Outcome outcome)
    {
        ModeReport mode = Assert.Single(report.Modes);
        Assert.False(report.Passed);
        Assert.Equal([outcome.ToString()], mode.Failures.Keys);
        Assert.Equal(mode.Requests, mode.Failures.Values.Sum());
        Assert.True(mode.Requests >= Requests, $"{mode.Requests} requests");
        Assert.All(report.FirstFailures, failure => Assert.Equal(outcome.ToString(), failure.Outcome));
    }

    public static void AssertPassed(this RunReport report)
    {
        Assert.Empty(report.FirstFailures);
        Assert.Empty(report.Problems);
        Assert.Equal(0, report.Totals.Failed);
        Assert.True(report.Totals.Requests >= Requests, $"{report.Totals.Requests} requests");
        Assert.True(report.Passed);
    }
}

using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>A release is judged by what its clients get, beside its health.</summary>
public sealed class JudgeTests
{
    // It does not end by itself.
    private static readonly ServiceSetup Setup = new ServiceSetup { Probation = TimeSpan.FromHours(1) }
        .With("--GracefulRestart:Judge:Enabled=true", "--GracefulRestart:Judge:MinRequests=10", "--GracefulRestart:Judge:MaxLatencyFactor=0");

    [Fact]
    public async Task Release_whose_answers_fail_is_taken_back_with_the_numbers_and_nobody_is_refused()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        for (int i = 0; i < 30; i++)
        {
            Assert.Equal(200, (await HttpConnection.GetOnceAsync(service.Address, "/orders")).Status);
        }

        service.SetNextBehaviour("orders-fail");
        await using BatonCommand restart = BatonCommand.Start(service, "restart", "--json");
        int old = await service.RestartedAsync();
        await using BackgroundLoad load = BackgroundLoad.Start(2, () => new AnyAnswerClient(service.Address, "/orders"));
        string what = await service.RolledBackAsync();
        Assert.Contains("judged bad: ", what, StringComparison.Ordinal);
        Assert.Contains("worst: GET /orders, ", what, StringComparison.Ordinal);
        Assert.Equal(old, service.Pid);

        BatonResult result = await restart.EndAsync();
        Assert.Equal(7, result.ExitCode);
        Assert.Contains("\"failure\":\"JudgedBad\"", result.Output, StringComparison.Ordinal);
        await load.EndWithoutFailureAsync();
        Assert.Equal(200, (await HttpConnection.GetOnceAsync(service.Address, "/orders")).Status);
    }

    /// <summary>Asks over a connection of its own each time, and takes any answer.</summary>
    private sealed class AnyAnswerClient(ServiceAddress address, string path) : ILoadClient
    {
        public async Task ExchangeAsync() => await HttpConnection.GetOnceAsync(address, path);

        public void Dispose()
        {
        }
    }
}

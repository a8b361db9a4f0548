using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>L1 to L3: a thousand clients that never ask twice, over several restarts.</summary>
public sealed class LoadTests
{
    private const int Clients = 1000;
    private const int Restarts = 5;

    // So many clients at this pace are some 2000 requests a second: the machine has time left to start processes.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    [Fact] // L1
    public Task No_client_that_connects_for_each_request_is_refused() =>
        AssertNothingFailsAsync(new ServiceSetup(), address => new NewConnectionClient(address));

    [Fact] // L2
    public Task No_client_that_keeps_its_connection_loses_a_request() =>
        AssertNothingFailsAsync(new ServiceSetup(), address => new KeepAliveClient(address));

    [Fact] // L2
    public async Task No_client_that_keeps_an_encrypted_connection_loses_a_request()
    {
        using var https = new HttpVariant(HttpVariant.Http1OverTls);
        await AssertNothingFailsAsync(https.Setup, address => new KeepAliveClient(address));
    }

    [Fact] // L3
    public async Task No_client_of_a_unix_socket_loses_a_request()
    {
        using var directory = new TemporaryDirectory();
        int started = 0;
        await AssertNothingFailsAsync(
            ServiceSetup.ListeningOn($"http://unix:{directory.PathOf("service.sock")}"),
            address => BackgroundLoad.Mixed(address, Interlocked.Increment(ref started)));
    }

    private static async Task AssertNothingFailsAsync(ServiceSetup setup, Func<ServiceAddress, ILoadClient> newClient)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        ServiceAddress address = service.Address;
        await using BackgroundLoad load = BackgroundLoad.Start(Clients, () => newClient(address), Pause);

        for (int i = 0; i < Restarts; i++)
        {
            await load.MoreAsync(2 * Clients);
            await service.RestartAsync();
        }

        await load.EndWithoutFailureAsync();
        Assert.Empty(service.Log.All("forced by"));
    }
}

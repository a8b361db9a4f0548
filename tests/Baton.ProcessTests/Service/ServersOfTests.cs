using Baton.ProcessTests.Http;

namespace Baton.ProcessTests.Service;

/// <summary>The test service with a second server, s2, and two ports for each.</summary>
internal static class ServersOfTests
{
    /// <param name="start">How they are started, see the service's <c>SecondServer</c>.</param>
    internal static ServiceSetup Two(string start = "sequential")
    {
        // Not port 0: which of two servers that start at the same time asks first, and gets the first listener of that request, is by chance.
        string[] urls = [.. Enumerable.Range(0, 4).Select(_ => $"http://127.0.0.1:{FreePort.Next()}")];
        return ServiceSetup.ListeningOn(urls[..2]).With("--Second", string.Join(';', urls[2..]), "--Start", start);
    }

    /// <summary>Starts it and waits until all four ports are there.</summary>
    internal static async Task<ServiceProcess> StartAsync(ServiceSetup setup)
    {
        ServiceProcess service = await ServiceProcess.StartAsync(setup);
        try
        {
            // A first generation serves before a server that is made later.
            await service.Log.FirstAsync("http server s2 listening on");
            await Deadline.UntilAsync(() => service.Addresses.Count >= 4);
            await HttpConnection.GetOnceAsync(service.Addresses[^1]);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }
}

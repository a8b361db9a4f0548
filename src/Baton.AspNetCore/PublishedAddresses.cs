using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Baton.AspNetCore;

/// <summary>
/// The addresses that the server publishes once it has started. This is the only public source for whether an endpoint uses TLS.
/// </summary>
internal sealed class PublishedAddresses(IServer server)
{
    internal bool SpeakTls(EndPoint bound)
    {
        ICollection<string> addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        return addresses.Contains($"https://{(bound is IPEndPoint ? "" : "unix:")}{bound}")
            || (bound is IPEndPoint ip && IPAddress.IsLoopback(ip.Address) && addresses.Contains($"https://localhost:{ip.Port}"));
    }
}

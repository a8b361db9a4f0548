using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Baton.AspNetCore;

/// <summary>What the server says of its endpoints once it has started. Nothing else that is public says what an endpoint speaks.</summary>
internal sealed class PublishedAddresses(IServer server)
{
    internal bool SpeakTls(EndPoint bound)
    {
        ICollection<string> addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        return addresses.Contains($"https://{(bound is IPEndPoint ? "" : "unix:")}{bound}")
            || (bound is IPEndPoint ip && IPAddress.IsLoopback(ip.Address) && addresses.Contains($"https://localhost:{ip.Port}"));
    }
}

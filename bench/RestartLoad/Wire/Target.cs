using System.Net;
using System.Net.Sockets;

namespace RestartLoad.Wire;

/// <summary>Where the service listens: an address on this machine, with or without TLS.</summary>
internal sealed record Target(EndPoint Address, string Authority, bool UsesTls)
{
    /// <exception cref="FormatException">Not a URL of <paramref name="scheme"/>, or not on this machine.</exception>
    public static Target Parse(string url, string scheme)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme != scheme || uri.PathAndQuery != "/")
        {
            throw new FormatException($"'{url}' is not of the form {scheme}://127.0.0.1:PORT.");
        }

        IPAddress? address = uri.Host == "localhost" ? IPAddress.Loopback : null;
        if (address is null && !IPAddress.TryParse(uri.DnsSafeHost, out address))
        {
            throw new FormatException($"'{url}' names a host; only 'localhost' and loopback addresses are loaded.");
        }

        return IPAddress.IsLoopback(address)
            ? new Target(new IPEndPoint(address, uri.Port), uri.Authority, scheme == Uri.UriSchemeHttps)
            : throw new FormatException($"'{url}' is not on this machine; only loopback addresses are loaded.");
    }

    public static Target UnixSocket(string path) => new(new UnixDomainSocketEndPoint(path), "localhost", UsesTls: false);
}

using System.Net;
using System.Net.Sockets;

namespace Baton.ProcessTests.Http;

/// <summary>Where a service listens, as its log says it, and where a client connects to for it.</summary>
internal sealed record ServiceAddress(string Text, bool Tls, EndPoint EndPoint)
{
    private const string UnixPrefix = "http://unix:";

    /// <summary>For HttpClient, which knows no unix sockets.</summary>
    internal Uri Uri => new($"{(Tls ? "https" : "http")}://{EndPoint}");

    internal int Port => ((IPEndPoint)EndPoint).Port;

    /// <summary>Where its sockets are made: in the network of this process, unless it is that of another machine.</summary>
    internal Func<Func<Socket>, Socket> Within { get; init; } = static create => create();

    internal static ServiceAddress Parse(string text)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            return OfUnix(text[UnixPrefix.Length..]);
        }

        var uri = new Uri(text);
        return new ServiceAddress(text, uri.Scheme == "https", new IPEndPoint(Reachable(uri.Host), uri.Port));
    }

    /// <summary>A path, or an abstract name behind <c>@</c>.</summary>
    internal static ServiceAddress OfUnix(string path) =>
        new(path, Tls: false, new UnixDomainSocketEndPoint(path.StartsWith('@') ? $"\0{path[1..]}" : path));

    internal ServiceAddress At(IPAddress address) => this with { EndPoint = new IPEndPoint(address, Port) };

    internal Socket NewSocket() =>
        Within(() => new Socket(EndPoint.AddressFamily, SocketType.Stream, EndPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified));

    /// <summary>Whether anybody listens.</summary>
    internal bool Accepts()
    {
        using Socket socket = NewSocket();
        try
        {
            socket.Connect(EndPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static IPAddress Reachable(string host) => host switch
    {
        "[::]" => IPAddress.IPv6Loopback,
        "0.0.0.0" or "localhost" => IPAddress.Loopback,
        _ => IPAddress.Parse(host),
    };
}

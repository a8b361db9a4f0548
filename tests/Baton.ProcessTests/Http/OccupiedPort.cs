using System.Net;
using System.Net.Sockets;

namespace Baton.ProcessTests.Http;

/// <summary>A port on which another process than the service listens: this one.</summary>
internal sealed class OccupiedPort : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    internal OccupiedPort() => _listener.Start();

    /// <summary>Address and port.</summary>
    internal string Address => _listener.LocalEndpoint.ToString()!;

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal void Release() => _listener.Stop();

    public void Dispose() => _listener.Dispose();
}

using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Baton.Resources;

namespace Baton.Tests.Support;

/// <summary>Registries as of a predecessor and its successor, in one process, and a directory for their unix sockets.</summary>
internal sealed class RegistryFixture : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<SocketRegistry> _registries = [];

    internal RegistryFixture() => Registry = NewRegistry();

    internal RecordingLogger Logger { get; } = new();

    internal SocketRegistry Registry { get; }

    internal string SocketPath => _directory.File("app.sock");

    internal UnixDomainSocketEndPoint UnixEndPoint => new(SocketPath);

    internal static IPEndPoint AnyPort => new(IPAddress.Loopback, 0);

    internal SocketRegistry NewRegistry()
    {
        var registry = new SocketRegistry(Logger);
        _registries.Add(registry);
        return registry;
    }

    /// <summary>A registry that has received what the first one holds.</summary>
    internal SocketRegistry Successor()
    {
        SocketRegistry successor = NewRegistry();
        foreach (HeldListener held in Registry.Resources.Held)
        {
            successor.Resources.Unclaimed.Inherit(ResourceKey.Parse(held.Key.ToString()), held.Descriptor.Duplicate());
        }

        return successor;
    }

    internal static ClaimedListener Claim(SocketRegistry registry, EndPoint endPoint)
    {
        ClaimedListener claim = registry.Claim(ResourceKey.Of(endPoint), () => ListenerBinding.Bind(endPoint));
        claim.Socket.Listen();
        return claim;
    }

    /// <summary>Leaves a socket at the path at which nobody listens, as a process that crashed does.</summary>
    internal void LeaveStalePath()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(UnixEndPoint);
        Descriptor.TakeFrom(socket).Dispose();
    }

    internal static string KernelSocket(Socket socket) => OpenFiles.Target((int)socket.Handle);

    internal static bool Connects(EndPoint endPoint)
    {
        using var client = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            client.Connect(endPoint);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _registries.ForEach(r => r.Resources.Release([]));
        _directory.Dispose();
    }
}

using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Resources;

/// <summary>
/// A wider address on a port of the predecessor: <c>127.0.0.1:80</c> becomes <c>0.0.0.0:80</c>. Linux lets two sockets of one
/// user listen side by side if both have SO_REUSEPORT while the second is bound. Connections to the narrower address still reach
/// the old listener, so it is accepted on until the predecessor is gone.
/// </summary>
internal static class WiderAddress
{
    /// <summary>Whether every connection that both could get reaches the older one: for IPv4 also 0.0.0.0 beside [::].</summary>
    internal static bool IsWider(IPEndPoint wide, IPEndPoint old) =>
        wide.Port == old.Port && wide.Port != 0
        && ((wide.Address.Equals(IPAddress.IPv6Any) && !old.Address.Equals(IPAddress.IPv6Any))
            || (wide.Address.Equals(IPAddress.Any)
                && old.AddressFamily == AddressFamily.InterNetwork && !old.Address.Equals(IPAddress.Any)));

    /// <summary>Binds beside inherited listeners of narrower addresses.</summary>
    /// <param name="resources">Hold the listeners.</param>
    /// <param name="request">The wider address.</param>
    /// <param name="bindShared">Binds with SO_REUSEPORT; null for a caller that cannot accept on several listeners.</param>
    /// <param name="logger">Logs the bind.</param>
    /// <returns>Null if there are none, or another socket is in the way too.</returns>
    internal static ClaimedListener? TryBind(
        ResourceRegistry resources, ResourceKey request, Func<Socket>? bindShared, ILogger logger)
    {
        HeldListener[] narrower = bindShared is not null && request is { Kind: ResourceKind.Tcp, Address: { } wide }
            ? resources.TakeBeside(k => k is { Kind: ResourceKind.Tcp, Address: { } old } && IsWider(wide, old))
            : [];
        if (narrower.Length == 0)
        {
            return null;
        }

        try
        {
            HeldListener held = resources.Hold(request, Descriptor.TakeFrom(Bind(narrower, bindShared!)));
            logger.ListenerBoundBeside(held.Key.ToString(), string.Join(", ", narrower.Select(l => l.Key)));
            return resources.Adopt(held, [.. narrower.Select(l => resources.Adopt(l))]);
        }
        catch (SocketException)
        {
            // Another user's, or another socket is in the way: the error of the plain bind tells.
            Array.ForEach(narrower, resources.Drop);
            return null;
        }
    }

    // The option belongs to the description, so the predecessor need not help. Removed at once, so that nobody else binds there.
    private static Socket Bind(HeldListener[] narrower, Func<Socket> bindShared)
    {
        try
        {
            Array.ForEach(narrower, l => ReusePort.Set(l.Descriptor.Number, on: true));
            Socket bound = bindShared();
            bound.Listen(SocketRegistry.DefaultBacklog);
            ReusePort.Set((int)bound.Handle, on: false);
            return bound;
        }
        finally
        {
            Array.ForEach(narrower, l => ReusePort.Set(l.Descriptor.Number, on: false));
        }
    }
}

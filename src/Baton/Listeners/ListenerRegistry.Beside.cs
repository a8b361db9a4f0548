using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Listeners;

/// <content>
/// A wider address on a port that the predecessor has: <c>127.0.0.1:80</c> becomes <c>0.0.0.0:80</c>. Linux lets two sockets of
/// one user listen side by side if SO_REUSEPORT is set on both while the second is bound. Connections to the narrower address
/// still come to the old listener, so it is accepted on until the predecessor is gone.
/// </content>
public sealed partial class ListenerRegistry
{
    private readonly Dictionary<ListenerKey, HeldListener> _beside = [];
    private readonly TaskCompletionSource _sharingOver = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when no predecessor needs what this process shares with it.</summary>
    internal Task SharingOver => _sharingOver.Task;

    /// <summary>
    /// Whether every connection that both could get comes to the older one: for IPv4 that is 0.0.0.0, too, where the other is
    /// [::].
    /// </summary>
    internal static bool IsWider(IPEndPoint wide, IPEndPoint old) =>
        wide.Port == old.Port && wide.Port != 0
        && ((wide.Address.Equals(IPAddress.IPv6Any) && !old.Address.Equals(IPAddress.IPv6Any))
            || (wide.Address.Equals(IPAddress.Any) && old.AddressFamily == AddressFamily.InterNetwork && !old.Address.Equals(IPAddress.Any)));

    /// <summary>Binds beside inherited listeners of narrower addresses.</summary>
    /// <returns>Null if there are none, or somebody else is in the way as well.</returns>
    private ClaimedListener? TryBindBeside(string request, Func<Socket>? bindShared)
    {
        HeldListener[] narrower = bindShared is null ? [] : TakeNarrower(request);
        if (narrower.Length == 0)
        {
            return null;
        }

        try
        {
            Socket bound;
            try
            {
                // The option belongs to the description, so the predecessor need not help. Off again at once: nobody else is to
                // bind there.
                Array.ForEach(narrower, l => ReusePort.Set(l.Descriptor.Number, on: true));
                bound = bindShared!();
                bound.Listen(DefaultBacklog);
                ReusePort.Set((int)bound.Handle, on: false);
            }
            finally
            {
                Array.ForEach(narrower, l => ReusePort.Set(l.Descriptor.Number, on: false));
            }

            HeldListener held = Hold(request, Descriptor.TakeFrom(bound));
            _logger.ListenerBoundBeside(held.Key.ToString(), string.Join(", ", narrower.Select(l => l.Key)));
            _changed?.Invoke();
            return held.Adopt(() => Drop(held), [.. narrower.Select(l => l.Adopt(() => DropBeside(l)))]);
        }
        catch (SocketException)
        {
            // Of another user, or somebody else is in the way: the error of the plain bind says it.
            Array.ForEach(narrower, DropBeside);
            return null;
        }
    }

    private HeldListener[] TakeNarrower(string request)
    {
        lock (_gate)
        {
            HeldListener[] narrower = AddressOf(request) is { } wide && _shared
                ? [.. _unused.Values.Where(l => l.IsInherited && AddressOf(l.Key.Request) is { } old && IsWider(wide, old))]
                : [];
            foreach (HeldListener listener in narrower)
            {
                _unused.Remove(listener.Key);
                _beside.Add(listener.Key, listener);
            }

            return narrower;
        }
    }

    // It is accepted on no more: because its queue is empty for good, or because the endpoint in its place is bound anew.
    private void DropBeside(HeldListener listener)
    {
        lock (_gate)
        {
            if (_released || !_beside.Remove(listener.Key))
            {
                return;
            }

            if (IsShared(listener))
            {
                _unused[listener.Key] = listener;
                return;
            }
        }

        Close(listener);
    }

    private static IPEndPoint? AddressOf(string request) =>
        request.StartsWith("tcp:", StringComparison.Ordinal) && IPEndPoint.TryParse(request.AsSpan("tcp:".Length), out IPEndPoint? address) ? address : null;
}

using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton.Listeners;

/// <summary>
/// The listening sockets of this process: inherited from the predecessor where the same request was made before, else bound.
/// Get it from <see cref="Restarter.Listeners"/>.
/// </summary>
/// <remarks>
/// Holds two sets, both of our own descriptors: <c>_inherited</c>, received but not asked for yet, or dropped while it could not be bound again, closed when the
/// service is ready or nobody shares it any more; and <c>_held</c>, in use here and passed on at the next restart. Safe to call from any thread.
/// </remarks>
public sealed partial class ListenerRegistry
{
    /// <summary>What Linux allows at most unless told otherwise (net.core.somaxconn): 4096.</summary>
    public const int DefaultBacklog = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<ListenerKey, HeldListener> _inherited = [];
    private readonly Dictionary<ListenerKey, HeldListener> _held = [];
    private readonly EventPolls _polls = new();

    // Descriptors of sockets given to the application, which may accept on them to its end: never closed by us.
    private readonly List<ClaimedListener> _handedOut = [];
    private readonly ILogger _logger;
    private Task _inheritance = Task.CompletedTask;
    private DepartingPredecessor? _departing;
    private bool _released;
    private bool _passedOn;

    // While the predecessor has the same listeners, one that we close could not be bound again.
    private bool _shared;

    // Until this process has served, what it inherited is its predecessor's, which may serve on: its paths stay.
    private bool _served;

    internal ListenerRegistry(ILogger logger) => _logger = logger;

    /// <summary>
    /// A listening socket for an end point: the predecessor's if it listened on the same, else a new one. An address
    /// <c>[::]</c> takes IPv4 too. Port 0 finds the port it had before the restart.
    /// </summary>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> or <see cref="UnixDomainSocketEndPoint"/> (path or abstract name).</param>
    /// <param name="backlog">Connections the kernel queues while nobody accepts; the kernel caps it at <c>net.core.somaxconn</c>.</param>
    /// <returns>
    /// A socket to accept on. Stop accepting when <see cref="Restarter.Draining"/> is cancelled. Disposing it closes nothing: the registry owns the
    /// listener and passes it on.
    /// </returns>
    /// <exception cref="SocketException">The address is in use by another process, or may not be bound.</exception>
    /// <exception cref="NotSupportedException">Another kind of end point.</exception>
    /// <exception cref="RestartException">This process was started to take over, but got no listeners; it is about to end.</exception>
    public Socket Listen(EndPoint endPoint, int backlog = DefaultBacklog)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentOutOfRangeException.ThrowIfNegative(backlog);
        return HandOut(Claim(ListenerKey.RequestOf(endPoint), () => ListenerBinding.Bind(endPoint)), backlog);
    }

    /// <summary>Inherits the listener of a request, or holds the one that <paramref name="bind"/> makes.</summary>
    /// <param name="request">What is asked for, see <see cref="ListenerKey"/>.</param>
    /// <param name="bind">Makes a new one.</param>
    /// <param name="log">False if the caller logs it, who knows more.</param>
    internal ClaimedListener Claim(string request, Func<Socket> bind, bool log = true)
    {
        _inheritance.GetAwaiter().GetResult();
        ILogger told = log ? _logger : NullLogger.Instance;
        if (TryInherit(request) is { } inherited)
        {
            told.ListenerInherited(inherited.Key.ToString());
            return Adopt(inherited);
        }

        // Outside the lock: binding may take a while, and it may be the application's own code.
        Socket bound = ListenerBinding.BindAfter(_departing, () => ListenerBinding.BindReplacingStale(request, bind, _logger));
        if (!Platform.HandoverSupported)
        {
            return new ClaimedListener(bound);
        }

        HeldListener held = Hold(request, Descriptor.TakeFrom(bound));
        told.ListenerBound(held.Key.ToString());
        _changed?.Invoke();
        return Adopt(held);
    }

    /// <summary>Until this completes nobody gets a listener: it may be among those that are still on their way.</summary>
    internal void AwaitInheritance(Task inheritance) => _inheritance = inheritance;

    /// <summary>For a process whose predecessor passes nothing on: an address in use may be about to become free.</summary>
    internal void AwaitAddresses(DepartingPredecessor predecessor) => _departing = predecessor;

    /// <summary>Takes over what the predecessor passed on.</summary>
    internal void Inherit(ListenerKey key, Descriptor descriptor)
    {
        lock (_gate)
        {
            _shared = true;
            if (!Receive(key, descriptor))
            {
                throw new RestartException(RestartFailure.ProtocolError, $"The listener {key} was passed twice.");
            }
        }
    }

    /// <summary>What is passed on at a restart: what the service listens on, and the control socket.</summary>
    internal IReadOnlyList<HeldListener> Snapshot()
    {
        lock (_gate)
        {
            return [.. _held.Values];
        }
    }

    /// <summary>
    /// While a successor serves what we hold, nothing is closed or removed one by one: all goes at <see cref="Release"/>, or stays ours
    /// if the successor gives it back.
    /// </summary>
    internal void SetPassedOn(bool passedOn)
    {
        lock (_gate)
        {
            _passedOn = passedOn;
            _served |= !passedOn;
        }
    }

    /// <summary>The predecessor has closed its listeners, or is about to: what nobody uses goes.</summary>
    internal void EndSharing()
    {
        lock (_gate)
        {
            _shared = false;
        }

        CloseUnclaimed();
    }

    /// <summary>Closes what was inherited and never asked for: this configuration has no use for it.</summary>
    internal void CloseUnclaimed()
    {
        HeldListener[] unclaimed;
        lock (_gate)
        {
            unclaimed = [.. _inherited.Values];
            _inherited.Clear();
        }

        foreach (HeldListener listener in unclaimed)
        {
            if (listener.WasClaimed)
            {
                Close(listener);
            }
            else
            {
                // Its path is the predecessor's to remove, who was told that nobody uses it here.
                listener.Dispose();
                _logger.ListenerUnclaimed(listener.Key.ToString());
            }

            _changed?.Invoke();
        }
    }

    /// <summary>
    /// Closes our descriptors for good. Paths of unix sockets go too, but not of those that the successor claimed.
    /// </summary>
    internal void Release(IReadOnlyCollection<string> claimedBySuccessor)
    {
        CloseUnclaimed();
        HeldListener[] held;
        lock (_gate)
        {
            _released = true;
            held = [.. _held.Values.Where(l => !StaysForNow(l, claimedBySuccessor))];
            Array.ForEach(held, l => _held.Remove(l.Key));
            _activated.Clear();
        }

        foreach (HeldListener listener in held)
        {
            if (!claimedBySuccessor.Contains(listener.Key.ToString()) && OwnsPath(listener))
            {
                listener.RemovePath();
            }

            listener.Dispose();
        }
    }

    private bool OwnsPath(HeldListener listener) => _served || !listener.IsInherited;

    private Socket HandOut(ClaimedListener claim, int backlog)
    {
        try
        {
            claim.Socket.Listen(backlog);
        }
        catch
        {
            claim.Dispose();
            throw;
        }

        lock (_gate)
        {
            _handedOut.Add(claim);
        }

        return claim.Socket;
    }

    private ClaimedListener Adopt(HeldListener held) => held.Adopt(() => Drop(held));

    // The server let go of one listener, for example because its configuration was reloaded without the endpoint.
    private void Drop(HeldListener held)
    {
        bool ours;
        lock (_gate)
        {
            ours = !_released && !_passedOn && _held.Remove(held.Key);
            if (ours && held.Key.Activated is not null)
            {
                _activated.Add(held.Key, held.Descriptor);
                return;
            }

            if (ours && ((_shared && held.IsInherited) || _dropped is not null))
            {
                // Kestrel binds an endpoint anew when its configuration or its certificate was read again.
                _inherited[held.Key] = held;
                _dropped?.Invoke(held.Key);
                return;
            }
        }

        if (ours)
        {
            Close(held);
        }
    }

    private void Close(HeldListener dropped)
    {
        if (OwnsPath(dropped))
        {
            dropped.RemovePath();
        }

        dropped.Dispose();
        _logger.ListenerClosed(dropped.Key.ToString());
    }

    private HeldListener? TryInherit(string request)
    {
        lock (_gate)
        {
            ListenerKey key = _inherited.Keys.Where(k => k.Request == request).OrderBy(k => k.Ordinal).FirstOrDefault();
            if (_inherited.Remove(key, out HeldListener? inherited))
            {
                return _held[key] = inherited;
            }

            return _activated.Take(request) is { } taken ? _held[taken.Key] = new HeldListener(taken.Key, taken.Descriptor, _polls, inherited: true) : null;
        }
    }

    private HeldListener Hold(string request, Descriptor descriptor)
    {
        lock (_gate)
        {
            ListenerKey key = FreeKey(request);
            return _held[key] = new HeldListener(key, descriptor, _polls, inherited: false);
        }
    }

    private ListenerKey FreeKey(string request)
    {
        int ordinal = 0;
        while (_held.ContainsKey(new ListenerKey(request, ordinal)))
        {
            ordinal++;
        }

        return new ListenerKey(request, ordinal);
    }
}

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
/// Holds two sets, both of our own descriptors: <c>_unused</c>, received but not asked for yet, or dropped while another process
/// has it too, closed when nobody shares it any more; and <c>_held</c>, in use here and passed on at the next restart. Safe to
/// call from any thread.
/// </remarks>
public sealed partial class ListenerRegistry
{
    /// <summary>What Linux allows at most unless told otherwise (net.core.somaxconn): 4096.</summary>
    public const int DefaultBacklog = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<ListenerKey, HeldListener> _unused = [];
    private readonly Dictionary<ListenerKey, HeldListener> _held = [];
    private readonly EventPolls _polls = new();

    // Descriptors of sockets given to the application, which may accept on them to its end: never closed by us.
    private readonly List<ClaimedListener> _handedOut = [];
    private readonly ILogger _logger;
    private Task _inheritance = Task.CompletedTask;
    private DepartingPredecessor? _departing;

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
    /// <exception cref="RestartException">This process was started to take over, but got no listeners; or it has given up its
    /// listeners. It is about to end.</exception>
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
    /// <param name="bindShared">Makes one with SO_REUSEPORT, for a caller that accepts on <see cref="ClaimedListener.Beside"/>
    /// too; null for one that can't.</param>
    internal ClaimedListener Claim(string request, Func<Socket> bind, bool log = true, Func<Socket>? bindShared = null)
    {
        _inheritance.GetAwaiter().GetResult();
        ILogger told = log ? _logger : NullLogger.Instance;
        Socket bound;
        while (true)
        {
            if (TryInherit(request) is { } inherited)
            {
                told.ListenerInherited(inherited.Key.ToString());
                return Adopt(inherited);
            }

            try
            {
                // Outside the lock: binding may take a while, and it may be the application's own code.
                bound = ListenerBinding.BindAfter(_departing, () => ListenerBinding.BindReplacingStale(request, bind, _logger));
                break;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                if (TryBindBeside(request, bindShared) is { } beside)
                {
                    return beside;
                }

                AwaitOrExplain(request, e);
            }
            catch (SocketException e) when (new ListenerKey(request, 0).Path is string path && !Directory.Exists(Path.GetDirectoryName(path)))
            {
                throw new SocketException((int)e.SocketErrorCode, $"{request}: {e.Message}: its directory is not there");
            }
        }

        if (!Platform.HandoverSupported)
        {
            return new ClaimedListener(bound);
        }

        HeldListener held = Hold(request, Descriptor.TakeFrom(bound));
        told.ListenerBound(held.Key.ToString());
        _changed?.Invoke();
        ClaimedListener claim = Adopt(held);
        GiveToSuccessor(held);
        return claim;
    }

    /// <summary>The same, but binds nothing: for a process that has handed over.</summary>
    /// <returns>Null if it has none of this request.</returns>
    internal ClaimedListener? ClaimUnused(string request)
    {
        _inheritance.GetAwaiter().GetResult();
        return TryInherit(request) is { } held ? Adopt(held) : null;
    }

    /// <summary>Until this completes nobody gets a listener: it may be among those that are still on their way.</summary>
    /// <param name="inheritance">Completes with the greeting.</param>
    /// <param name="kin">The predecessor, which may bind an address after the greeting; null if that is of no interest.</param>
    internal void AwaitInheritance(Task inheritance, LivingPredecessor? kin = null) => (_inheritance, _kin) = (inheritance, kin);

    /// <summary>For a process whose predecessor passes nothing on: an address in use may be about to become free.</summary>
    internal void AwaitAddresses(DepartingPredecessor predecessor) => _departing = predecessor;

    /// <summary>Takes over what the predecessor passed on.</summary>
    /// <param name="key">What it is known by.</param>
    /// <param name="descriptor">Owned from now on.</param>
    /// <param name="file">See <see cref="HeldListener.PathIdentity"/>.</param>
    internal void Inherit(ListenerKey key, Descriptor descriptor, string file = "")
    {
        lock (_gate)
        {
            _shared = true;
            if (!Receive(key, descriptor, file))
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

    private HeldListener? TryInherit(string request)
    {
        lock (_gate)
        {
            if (_released)
            {
                return null;
            }

            ListenerKey key = _unused.Keys.Where(k => k.Request == request).OrderBy(k => k.Ordinal).FirstOrDefault();
            if (_unused.Remove(key, out HeldListener? inherited) && inherited.IsReached)
            {
                return _held[key] = inherited;
            }

            if (inherited is not null)
            {
                // Nobody finds it any more: whoever asks binds a new one, and the predecessor accepts what is left in the queue
                // of this one.
                inherited.Dispose();
                _lostPaths.Add(request);
                _logger.ListenerPathLost(key.ToString());
                return null;
            }

            return _activated.Take(request) is { } taken ? _held[taken.Key] = new HeldListener(taken.Key, taken.Descriptor, _polls, inherited: true) : null;
        }
    }

    private HeldListener Hold(string request, Descriptor descriptor)
    {
        lock (_gate)
        {
            ListenerKey key = FreeKey(request);
            var held = new HeldListener(key, descriptor, _polls, inherited: false);
            if (!_released)
            {
                return _held[key] = held;
            }

            // Bound at the moment when this process gave up its listeners: nobody would ever close it.
            held.RemovePath();
            held.Dispose();
            throw new RestartException(RestartFailure.Stopping, $"Process {Environment.ProcessId} has given up its listeners and binds no others; {request} was asked for.");
        }
    }

    private ListenerKey FreeKey(string request)
    {
        int ordinal = 0;
        while (_held.ContainsKey(new ListenerKey(request, ordinal)) || _unused.ContainsKey(new ListenerKey(request, ordinal)))
        {
            ordinal++;
        }

        return new ListenerKey(request, ordinal);
    }
}

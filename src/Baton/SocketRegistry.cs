using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Baton.Resources;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton;

/// <summary>
/// The listening and datagram sockets of this process: inherited from the predecessor where the same request was made before,
/// else bound. Get it from <see cref="Restarter.Sockets"/>. Safe to call from any thread.
/// </summary>
public sealed class SocketRegistry
{
    /// <summary>What Linux allows at most unless told otherwise (net.core.somaxconn): 4096.</summary>
    public const int DefaultBacklog = 4096;

    // Sockets given to the application, which may accept on them to its end: never closed by us.
    private readonly List<ClaimedListener> _handedOut = [];
    private readonly ILogger _logger;
    private DepartingPredecessor? _departing;

    internal SocketRegistry(ILogger logger) =>
        (_logger, Resources) = (logger, new ResourceRegistry(logger) { LeftToAnother = Quieten });

    /// <summary>
    /// The names of the sockets that systemd made for this service (<c>FileDescriptorName=</c>, else the name of the socket unit)
    /// and that nothing in this process uses yet. Empty outside of socket activation.
    /// </summary>
    /// <exception cref="RestartException">This process was started to take over, but got no listeners; it is about to
    /// end.</exception>
    public IReadOnlyList<string> ActivatedNames =>
        Resources.Unclaimed.AskActivated(a => a.All.Select(s => s.Key.Activated!.Value.Name).ToArray());

    /// <summary>What is passed on at a restart: the listeners among it.</summary>
    internal ResourceRegistry Resources { get; }

    /// <summary>
    /// A listening socket for an end point: the predecessor's if it listened on the same, else a new one. An address
    /// <c>[::]</c> takes IPv4 too. Port 0 finds the port it had before the restart.
    /// </summary>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> or <see cref="UnixDomainSocketEndPoint"/> (path or abstract
    /// name).</param>
    /// <param name="backlog">Connections the kernel queues while nobody accepts; the kernel caps it at
    /// <c>net.core.somaxconn</c>.</param>
    /// <returns>
    /// A socket to accept on. Stop accepting when the <see cref="ServingTerm"/> ends. Disposing it closes nothing: the registry
    /// owns the listener and passes it on.
    /// </returns>
    /// <exception cref="SocketException">The address is in use by another process, or may not be bound; the message names it and,
    /// where that can be known, who has it.</exception>
    /// <exception cref="NotSupportedException">Another kind of end point.</exception>
    /// <exception cref="RestartException">This process was started to take over, but got no listeners; or it has given up its
    /// listeners. It is about to end.</exception>
    public Socket Listen(EndPoint endPoint, int backlog = DefaultBacklog) =>
        Listen(endPoint, new SocketSetup { Backlog = backlog });

    /// <summary>The same, with a name, as a member of a group, as a seqpacket socket, or with options of its own.</summary>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> or <see cref="UnixDomainSocketEndPoint"/>.</param>
    /// <param name="setup">How it is known and made.</param>
    /// <returns>A socket to accept on, as of <see cref="Listen(EndPoint, int)"/>.</returns>
    /// <exception cref="ArgumentException">The setup is not valid.</exception>
    /// <exception cref="SocketException">As of <see cref="Listen(EndPoint, int)"/>.</exception>
    /// <exception cref="NotSupportedException">Another kind of end point, or seqpacket with an IP address.</exception>
    /// <exception cref="InvalidOperationException">This process has this member of the group already.</exception>
    /// <exception cref="RestartException">As of <see cref="Listen(EndPoint, int)"/>.</exception>
    public Socket Listen(EndPoint endPoint, SocketSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return HandOut(Claim(endPoint, setup, setup.Type), setup.Backlog);
    }

    /// <summary>
    /// A datagram socket: UDP for an <see cref="IPEndPoint"/>, a unix datagram socket for a <see
    /// cref="UnixDomainSocketEndPoint"/>. It is the predecessor's if that had the same: datagrams that nobody has read yet wait
    /// in it, and it keeps its options and multicast memberships. An address <c>[::]</c> takes IPv4 too.
    /// </summary>
    /// <param name="endPoint">The address, path or abstract name.</param>
    /// <param name="setup">How it is known and made; null for the defaults.</param>
    /// <returns>
    /// A socket to read from during a <see cref="ServingTerm"/>, with <see cref="ServingTerm.Ended"/> to cancel the read: so each
    /// datagram is read by one process. A process may send at any time. Disposing it closes nothing.
    /// </returns>
    /// <exception cref="ArgumentException">The setup is not valid.</exception>
    /// <exception cref="SocketException">As of <see cref="Listen(EndPoint, int)"/>.</exception>
    /// <exception cref="NotSupportedException">Another kind of end point.</exception>
    /// <exception cref="InvalidOperationException">This process has this member of the group already.</exception>
    /// <exception cref="RestartException">As of <see cref="Listen(EndPoint, int)"/>.</exception>
    public Socket Bind(EndPoint endPoint, SocketSetup? setup = null) =>
        HandOut(Claim(endPoint, setup ?? new SocketSetup(), SocketType.Dgram), backlog: null);

    /// <summary>
    /// A socket that systemd made, by its name: <c>FileDescriptorName=</c> of the socket unit, else the name of the unit. One of
    /// <c>ListenDatagram=</c> is to be read from as of <see cref="Bind"/>. Where several have the same name each call gives the
    /// next one.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="backlog">Connections the kernel queues while nobody accepts; replaces <c>Backlog=</c> of the socket
    /// unit.</param>
    /// <returns>A socket to accept on, as of <see cref="Listen(EndPoint, int)"/>.</returns>
    /// <exception cref="InvalidOperationException">systemd has passed no such socket, or it is in use already; the message says
    /// which there are.</exception>
    /// <exception cref="RestartException">This process was started to take over, but got no listeners; it is about to
    /// end.</exception>
    public Socket ListenActivated(string name, int backlog = DefaultBacklog)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegative(backlog);
        return HandOut(Claim(new ResourceKey(ResourceKind.Named, name), () => throw NoneOfThatName(name)), backlog);
    }

    /// <summary>How many sockets of a name systemd made; at least one.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    internal int CountActivated(string name) =>
        Resources.Unclaimed.AskActivated(a => a.Count(name)) is > 0 and int count ? count : throw NoneOfThatName(name);

    /// <summary>Has the error say which names there are.</summary>
    internal InvalidOperationException NoneOfThatName(string name)
    {
        string others = Resources.Unclaimed.AskActivated(a => a.ToString());
        string what = others.Length > 0
            ? $"Unused are: {others}."
            : "There is no unused one: the service needs a socket unit with Sockets= or its own name, "
                + "and must be started by systemd.";
        return new InvalidOperationException(
            $"systemd has passed no socket named '{name}' to process {Environment.ProcessId}, or it is in use already. "
            + $"{what} The name is set by FileDescriptorName={name} in the socket unit.");
    }

    /// <summary>For a process whose predecessor passes nothing on: an address in use may be about to become free.</summary>
    internal void AwaitAddresses(DepartingPredecessor predecessor) => _departing = predecessor;

    /// <summary>Inherits the listener of a request, or holds the one that <paramref name="bind"/> makes.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="bind">Makes a new one.</param>
    /// <param name="log">False if the caller logs it, who knows more.</param>
    /// <param name="bindShared">Makes one with SO_REUSEPORT, for a caller that accepts on <see cref="ClaimedListener.Beside"/>
    /// too; null for one that can't.</param>
    /// <param name="exact">Whether the ordinal of the request counts.</param>
    internal ClaimedListener Claim(
        ResourceKey request, Func<Socket> bind, bool log = true, Func<Socket>? bindShared = null, bool exact = false)
    {
        ILogger told = log ? _logger : NullLogger.Instance;
        while (true)
        {
            if (Resources.Take(request, exact) is { } inherited)
            {
                told.ListenerInherited(inherited.Key.ToString());
                return Resources.Adopt(inherited);
            }

            try
            {
                // Outside the lock: binding may take a while, and it may be the application's own code.
                Socket bound = ListenerBinding.BindAfter(
                    _departing, () => ListenerBinding.BindReplacingStale(request, bind, _logger));
                return Platform.HandoverSupported ? Hold(request, bound, told, exact) : new ClaimedListener(bound);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                if (WiderAddress.TryBind(Resources, request, bindShared, _logger) is { } beside)
                {
                    return beside;
                }

                AddressInUse.AwaitOrExplain(Resources, request, e);
            }
            catch (SocketException e)
            {
                bool isLost = request.Path is string path && !Directory.Exists(Path.GetDirectoryName(path));
                throw new BindException(
                    request.ToString(), request.Address, e, isLost ? "its directory is not there" : null);
            }
        }
    }

    /// <summary>The same, but binds nothing: for a process that has handed over.</summary>
    /// <returns>Null if it has none of this request.</returns>
    internal ClaimedListener? ClaimUnused(ResourceKey request) =>
        Resources.Take(request) is { } held ? Resources.Adopt(held) : null;

    private ClaimedListener Claim(EndPoint endPoint, SocketSetup setup, SocketType type)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        setup.Validate();
        ResourceKey request = ResourceKey.Of(endPoint, type, setup.Name) with { Ordinal = setup.GroupIndex ?? 0 };
        bool isMember = setup.GroupIndex is not null;
        return Claim(
            request, () => ListenerBinding.Bind(endPoint, reusePort: isMember, type, setup.BeforeBind), exact: isMember);
    }

    private ClaimedListener Hold(ResourceKey request, Socket bound, ILogger told, bool exact)
    {
        HeldListener held = Resources.Hold(request, Descriptor.TakeFrom(bound), exact);
        if (Resources.Unclaimed.Elsewhere(request) is { } older)
        {
            told.ListenerMoved(held.Key.ToString(), older.ToString());
        }
        else
        {
            told.ListenerBound(held.Key.ToString());
        }

        ClaimedListener claim = Resources.Adopt(held);
        Resources.ToSuccessor.Add(held.Key, held.Descriptor);
        return claim;
    }

    private Socket HandOut(ClaimedListener claim, int? backlog)
    {
        try
        {
            if (backlog is { } most && claim.Socket.SocketType != SocketType.Dgram)
            {
                claim.Socket.Listen(most);
            }
        }
        catch
        {
            claim.Dispose();
            throw;
        }

        lock (_handedOut)
        {
            _handedOut.Add(claim);
        }

        return claim.Socket;
    }

    private void Quieten()
    {
        lock (_handedOut)
        {
            _handedOut.ForEach(c => c.Quieten());
        }
    }
}

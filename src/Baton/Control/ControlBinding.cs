using System.Net.Sockets;
using Baton.Interop;
using Baton.Resources;
using Microsoft.Extensions.Logging;

namespace Baton.Control;

/// <summary>
/// Binds the control socket: <c>NAME.sock</c>, or <c>NAME-PID.sock</c> where a living service of the same name has that path.
/// Takes over the path of a process that is gone. Services that start at the same time take turns.
/// </summary>
/// <param name="directory">The directory.</param>
/// <param name="name">The name of the service.</param>
/// <param name="limit">The time to wait for other services that start.</param>
/// <param name="logger">Logs a takeover.</param>
internal sealed class ControlBinding(string directory, string name, TimeSpan limit, ILogger logger)
{
    private const uint SocketMode = 0x180; // 0600
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    internal string Name => name;

    /// <summary>The file of <see cref="NameLock"/>.</summary>
    internal string LockPath => Path.Combine(directory, $"{name}{ControlProtocol.LockExtension}");

    private string OwnPath => PathOf(name);

    private string NumberedPath => PathOf($"{name}-{Environment.ProcessId}");

    /// <summary>Whether a process of this service may have chosen the path.</summary>
    internal bool IsOurs(string path) =>
        path == OwnPath
            || (path.StartsWith(PathOf($"{name}-")[..^ControlProtocol.SocketExtension.Length], StringComparison.Ordinal)
            && path.EndsWith(ControlProtocol.SocketExtension, StringComparison.Ordinal)
            && path[(directory.Length + name.Length + 2)..^ControlProtocol.SocketExtension.Length].All(char.IsAsciiDigit));

    /// <summary>Binds and listens.</summary>
    /// <param name="predecessor">The predecessor. Its socket is this service's own: this process waits for it.</param>
    /// <returns>The path and a non-blocking socket; null while the predecessor has the path.</returns>
    /// <exception cref="IOException">It is not available; the message says why.</exception>
    internal (string Path, Socket Socket)? Bind(int? predecessor)
    {
        if (ControlDirectory.Prepare(directory) is { } problem)
        {
            throw new IOException(problem);
        }

        using Descriptor turn = TakeTurn();
        int? owner = OwnerOf(OwnPath);
        if (owner is not null && owner == predecessor)
        {
            return null;
        }

        string path = owner is null ? OwnPath : NumberedPath;
        if (path == NumberedPath && OwnerOf(path) is { } other)
        {
            throw new IOException($"{OwnPath} and {path} belong to other services, one of them process {other}");
        }

        return (path, Listen(path));
    }

    private string PathOf(string file) => Path.Combine(directory, file + ControlProtocol.SocketExtension);

    // Only this user can enter the directory, so the lock is held by this user, for milliseconds.
    private Descriptor TakeTurn()
    {
        // Somebody who can write the parent directory can put a FIFO there: the open must not block.
        var lockable = new Descriptor(Libc.open(directory, Libc.O_CLOEXEC | Libc.O_NONBLOCK | Libc.O_NOCTTY));
        WaitLimit deadline = WaitLimit.After(limit);
        while (lockable.IsInvalid || Libc.flock(lockable.Number, Libc.LOCK_EX | Libc.LOCK_NB) != 0)
        {
            int errno = Libc.Errno;
            if (lockable.IsInvalid || errno is not (Libc.EAGAIN or Libc.EINTR) || deadline.Left == TimeSpan.Zero)
            {
                lockable.Dispose();
                throw new IOException($"the directory {directory} could not be locked: {Libc.Describe(errno)}");
            }

            new ManualResetEventSlim().Wait(Interval);
        }

        return lockable;
    }

    /// <summary>The process that listens at a path, 0 if unknown; null if there is none. Removes a stale socket.</summary>
    private int? OwnerOf(string path)
    {
        if (Libc.Stat(path) is not { } stat)
        {
            return null;
        }

        if (!stat.Is(Libc.S_IFSOCK))
        {
            throw new IOException($"{path} is there already, and no socket");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // A full backlog answers EAGAIN instead of blocking.
            probe.Blocking = false;
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return ControlTrust.PeerOf(probe).pid;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            logger.StalePathTakenOver(path);
            return null;
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    // Bound under another name until it listens, so that a visible path can be connected to. An earlier draft belongs to a
    // process that is gone, as it is our turn.
    private static Socket Listen(string path)
    {
        string draft = path + ControlProtocol.DraftSuffix;
        Socket? socket = null;
        try
        {
            File.Delete(draft);
            socket = ListenerBinding.Bind(new UnixDomainSocketEndPoint(draft));
            if (Libc.chmod(draft, SocketMode) != 0)
            {
                throw new IOException($"{path} could not be closed to others: {Libc.Describe(Libc.Errno)}");
            }

            LocalSocket.SetNonBlocking((int)socket.Handle);
            socket.Listen();
            File.Move(draft, path, overwrite: true);
            return socket;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // A path that is too long for a socket address.
            socket?.Dispose();
            throw new IOException($"{path} could not be bound: {e.Message}", e);
        }
    }
}

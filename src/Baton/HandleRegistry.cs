using System.Net.Sockets;
using System.Runtime.InteropServices;
using Baton.Interop;
using Baton.Resources;
using Microsoft.Win32.SafeHandles;

namespace Baton;

/// <summary>
/// Files, pipes and established connections that go over to the next process, by name. The next process takes them while it
/// starts, or up to <see cref="RestarterOptions.HandleTimeout"/> after its probation; then what it has not taken is closed in
/// both processes. It uses them from its <see cref="ServingTerm"/> on, since the predecessor uses them until then. Get it from
/// <see cref="Restarter.Handles"/>. Safe to call from any thread.
/// </summary>
public sealed class HandleRegistry
{
    private const int LongestName = 256;

    private readonly ResourceRegistry _resources;

    internal HandleRegistry(ResourceRegistry resources) => _resources = resources;

    /// <summary>The names that the predecessor has passed on and this process has not taken yet.</summary>
    /// <exception cref="RestartException">This process was started to take over, but got nothing; it is about to end.</exception>
    public IReadOnlyList<string> Untaken
    {
        get
        {
            _resources.Unclaimed.Await();
            return _resources.Handles.Untaken;
        }
    }

    /// <summary>
    /// Passes a handle on at each restart, until it is closed or withdrawn. The application goes on to own it, and closes it as
    /// ever: no copy of it is kept here. Connections lead nowhere in this process once the next one serves for good. Files and
    /// pipes stay usable to its end.
    /// </summary>
    /// <param name="name">Its name, 1 to 256 characters without control characters. A second handle of one name replaces the
    /// first.</param>
    /// <param name="handle">A handle of a file descriptor.</param>
    /// <exception cref="ArgumentException">The name is not allowed, or the handle is closed or no file descriptor.</exception>
    public void Pass(string name, SafeHandle handle)
    {
        CheckName(name);
        ArgumentNullException.ThrowIfNull(handle);
        if (Platform.HandoverSupported && !handle.IsFileDescriptor())
        {
            throw new ArgumentException($"The handle {name} is closed, or no file descriptor.", nameof(handle));
        }

        _resources.Handles.Pass(name, handle);
        _resources.ToSuccessor.Add(PassedHandles.KeyOf(name), handle);
    }

    /// <summary>The same for a connection, or another socket that <see cref="Restarter.Sockets"/> does not have.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="socket">The socket.</param>
    public void Pass(string name, Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Pass(name, socket.SafeHandle);
    }

    /// <summary>Takes what the predecessor has passed on. The caller owns it, and it is passed on again at the next
    /// restart.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Null if there is none, as in a first generation, or it was taken already.</returns>
    /// <exception cref="RestartException">This process was started to take over, but got nothing; it is about to end.</exception>
    public SafeFileHandle? Take(string name)
    {
        CheckName(name);
        _resources.Unclaimed.Await();
        return _resources.Handles.Take(name, PassedHandles.ToFile, static file => file);
    }

    /// <summary>The same for a socket.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Null if there is none, or it was taken already.</returns>
    /// <exception cref="RestartException">This process was started to take over, but got nothing; it is about to end.</exception>
    public Socket? TakeSocket(string name)
    {
        CheckName(name);
        _resources.Unclaimed.Await();
        return _resources.Handles.Take(name, PassedHandles.ToSocket, static socket => socket.SafeHandle);
    }

    /// <summary>Passes it on no longer. It stays open.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>False if nothing of that name is passed on.</returns>
    public bool Withdraw(string name)
    {
        CheckName(name);
        bool was = _resources.Handles.Withdraw(name);
        _resources.ToSuccessor.Settling?.Invoke();
        return was;
    }

    private static void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > LongestName || name.Any(char.IsControl))
        {
            throw new ArgumentException($"A name has at most {LongestName} characters, and no control characters.", nameof(name));
        }
    }
}

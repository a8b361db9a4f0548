using System.Net.Sockets;
using System.Runtime.InteropServices;
using Baton.Interop;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Baton.Resources;

/// <summary>
/// Files, pipes and connections that the application passes on by name. The application owns them: no copy of ours keeps a
/// connection open that it closes. Inherited ones that nobody has taken yet are ours. Safe to call from any thread.
/// </summary>
internal sealed class PassedHandles(EventPolls polls, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SafeHandle> _passed = [];
    private readonly Dictionary<string, Descriptor> _untaken = [];
    private readonly List<string> _closed = [];

    /// <summary>Tells the predecessor which ones this process has not taken; null without one.</summary>
    internal Action<IReadOnlyList<string>>? NotTaken { get; set; }

    /// <summary>The open ones, for a successor.</summary>
    internal IReadOnlyList<PassedResource> Passed =>
        _lock.Locked(() =>
            _passed.Where(p => !p.Value.IsClosed).Select(p => new PassedResource(KeyOf(p.Key), p.Value, "")).ToArray());

    /// <summary>The names of inherited ones that nobody has taken.</summary>
    internal IReadOnlyList<string> Untaken => _lock.Locked(() => _untaken.Keys.Order(StringComparer.Ordinal).ToArray());

    /// <summary>The names of inherited ones that were closed, since nobody has taken them.</summary>
    internal IReadOnlyList<string> Closed => _lock.Locked(() => _closed.ToArray());

    internal static ResourceKey KeyOf(string name) => new(ResourceKind.Passed, name);

    internal static IEnumerable<string> NamesOf(IEnumerable<string> keys) =>
        keys.Select(ResourceKey.Parse).Where(k => k.Kind == ResourceKind.Passed).Select(k => k.Name);

    internal void Pass(string name, SafeHandle handle) => _lock.Locked(() => _passed[name] = handle);

    internal bool Withdraw(string name) => _lock.Locked(() => _passed.Remove(name));

    /// <summary>Whether a name still stands for an open handle.</summary>
    internal bool IsPassed(ResourceKey key, SafeHandle handle) =>
        _lock.Locked(() => !handle.IsClosed && _passed.TryGetValue(key.Name, out SafeHandle? now) && now == handle);

    /// <summary>From the predecessor. A later one of the same name replaces it.</summary>
    internal void Receive(string name, Descriptor descriptor) => _lock.Locked(() =>
    {
        if (_untaken.Remove(name, out Descriptor? earlier))
        {
            earlier.Dispose();
        }

        _untaken[name] = descriptor;
    });

    /// <summary>An inherited one, which the caller owns and which is passed on again.</summary>
    /// <returns>Null if there is none of that name, or it was taken already.</returns>
    internal T? Take<T>(string name, Func<Descriptor, T> wrap, Func<T, SafeHandle> handle)
        where T : class
    {
        lock (_lock)
        {
            if (!_untaken.Remove(name, out Descriptor? descriptor))
            {
                return null;
            }

            T taken = wrap(descriptor);
            _passed[name] = handle(taken);
            return taken;
        }
    }

    /// <summary>The predecessor has closed them before it handed over.</summary>
    internal void CloseWithPredecessor(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            Descriptor? untaken = null;
            SafeHandle? taken = null;
            _ = _lock.Locked(() => _untaken.Remove(name, out untaken) || _passed.Remove(name, out taken));
            untaken?.Dispose();
            if (taken is { IsClosed: false })
            {
                Abandon(taken);
            }
        }
    }

    /// <summary>The successor, which serves, has not taken them: closes them here too.</summary>
    internal void CloseWithSuccessor(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (_lock.Locked(() => _passed.Remove(name, out SafeHandle? handle) ? handle : null) is { IsClosed: false } handle)
            {
                Abandon(handle);
                logger.HandleNotTaken(KeyOf(name).ToString());
            }
        }
    }

    /// <summary>Closes inherited ones that nobody has taken in the given time.</summary>
    internal async Task CloseUntakenAfterAsync(TimeSpan time, TimeProvider clock)
    {
        if (Untaken.Count > 0)
        {
            await Task.Delay(time, clock).ConfigureAwait(false);
            CloseUntaken();
        }
    }

    internal void CloseUntaken()
    {
        KeyValuePair<string, Descriptor>[] untaken = _lock.Locked(() =>
        {
            KeyValuePair<string, Descriptor>[] all = [.. _untaken];
            _untaken.Clear();
            _closed.AddRange(all.Select(u => u.Key));
            return all;
        });
        foreach ((string name, Descriptor descriptor) in untaken)
        {
            descriptor.Dispose();
            logger.HandleNotTaken(KeyOf(name).ToString());
        }

        if (untaken.Length > 0)
        {
            NotTaken?.Invoke([.. untaken.Select(u => KeyOf(u.Key).ToString())]);
        }
    }

    /// <summary>
    /// This process has left its sockets to another one. Connections go, so that their end shows when that process closes them.
    /// Files and pipes stay for the rest of this process's work.
    /// </summary>
    /// <param name="elsewhere">Whether another process goes on with them.</param>
    internal void Release(bool elsewhere)
    {
        foreach (Descriptor descriptor in _lock.Locked(() => _untaken.Values.ToArray()))
        {
            descriptor.Dispose();
        }

        foreach (SafeHandle handle in _lock.Locked(() => elsewhere ? _passed.Values.ToArray() : []))
        {
            Abandon(handle, onlySockets: true);
        }

        _lock.Locked(_untaken.Clear);
    }

    internal static SafeFileHandle ToFile(Descriptor descriptor) => new(descriptor.Release(), ownsHandle: true);

    internal static Socket ToSocket(Descriptor descriptor) => new(new SafeSocketHandle(descriptor.Release(), ownsHandle: true));

    // The application keeps its handle, which from now on leads nowhere: reads find the end. A .NET socket that is disposed may
    // reset the connection, which another process has by now, or has ended properly.
    private void Abandon(SafeHandle handle, bool onlySockets = false)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            int fd = (int)handle.DangerousGetHandle();
            if (onlySockets && LocalSocket.TypeOf(fd) is null)
            {
                return;
            }

            polls.Forget(fd);
            (Descriptor nowhere, Descriptor other) = LocalSocket.Pair(Libc.SOCK_NONBLOCK);
            using (nowhere)
            using (other)
            {
                nowhere.Replace(fd);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or System.ComponentModel.Win32Exception)
        {
            // The application has closed it, or no descriptor is free: it is closed with this process.
        }
        finally
        {
            if (held)
            {
                handle.DangerousRelease();
            }
        }
    }
}

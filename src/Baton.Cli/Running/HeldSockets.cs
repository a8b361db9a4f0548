using Baton.Interop;
using Baton.Processes;
using Baton.Systemd;

namespace Baton.Cli.Running;

/// <summary>
/// The listeners of the service, kept open here so that clients wait instead of being refused while no process serves. They come
/// by the messages of systemd's store (sd_pid_notify_with_fds(3)), and go to the next first process as systemd passes them
/// (sd_listen_fds(3)). Owns the descriptors. Not thread-safe.
/// </summary>
internal sealed class HeldSockets : IDisposable
{
    /// <summary>Where the passed descriptors begin.</summary>
    internal const int FirstDescriptor = 3;

    // Far more than a service has listeners.
    private const int Most = 1024;

    private readonly List<(string Name, Descriptor Socket)> _activated = [];
    private readonly Dictionary<string, Descriptor> _stored = [];
    private bool _holdsNothing;

    /// <summary>All of them: those of socket units first, as systemd orders them.</summary>
    internal IReadOnlyList<(string Name, Descriptor Socket)> All =>
        [.. _activated, .. _stored.Select(s => (s.Key, s.Value)).OrderBy(s => s.Key, StringComparer.Ordinal)];

    /// <summary>Takes what a service manager has passed to this process.</summary>
    internal static HeldSockets Take(IReadOnlyDictionary<string, string> environment)
    {
        var held = new HeldSockets();
        if (environment.GetValueOrDefault(SystemdVariable.ListenPid) == Text(Environment.ProcessId)
            && int.TryParse(environment.GetValueOrDefault(SystemdVariable.ListenFds), out int count))
        {
            string[] names = (environment.GetValueOrDefault(SystemdVariable.ListenFdNames) ?? "").Split(':');
            for (int i = 0; i < Math.Min(count, Most); i++)
            {
                held.Add(FirstDescriptor + i, i < names.Length ? names[i] : "");
            }
        }

        return held;
    }

    /// <summary>A message about the store. Descriptors that are not kept are closed.</summary>
    internal void Heard(NotifyMessage message, IReadOnlyList<Descriptor> descriptors)
    {
        if (message.Removes && _stored.Remove(message.DescriptorName, out Descriptor? removed))
        {
            removed.Dispose();
        }

        // A name has one socket: each listener of a service has a name of its own.
        if (message.Stores && descriptors.Count == 1 && message.DescriptorName.Length > 0 && !_holdsNothing && All.Count < Most)
        {
            _ = _stored.Remove(message.DescriptorName, out Descriptor? former);
            former?.Dispose();
            _stored[message.DescriptorName] = descriptors[0];
            return;
        }

        foreach (Descriptor descriptor in descriptors)
        {
            descriptor.Dispose();
        }
    }

    /// <summary>Closes the listeners of the service, and keeps none from now on.</summary>
    internal void HoldNothing()
    {
        _holdsNothing = true;
        foreach (Descriptor socket in _stored.Values)
        {
            socket.Dispose();
        }

        _stored.Clear();
    }

    /// <summary>
    /// The variables for the next process. Its pid is not known yet: the service knows by <see cref="RunParent"/> whom they are
    /// for.
    /// </summary>
    internal IEnumerable<(string Name, string Value)> Variables => All.Count == 0
        ? []
        :
        [
            (SystemdVariable.ListenFds, Text(All.Count)),
            (SystemdVariable.ListenFdNames, string.Join(':', All.Select(s => s.Name))),
        ];

    public void Dispose()
    {
        HoldNothing();
        foreach ((_, Descriptor socket) in _activated)
        {
            socket.Dispose();
        }
    }

    private static string Text(int number) => Wording.Say($"{number}");

    private void Add(int number, string name)
    {
        if (Libc.fcntl(number, Libc.F_SETFD, Libc.FD_CLOEXEC) < 0)
        {
            return;
        }

        var socket = new Descriptor(number);
        if (FdName.KeyOf(name) is null || !_stored.TryAdd(name, socket))
        {
            _activated.Add((name.Length > 0 ? name : "unknown", socket));
        }
    }
}

using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// The epoll sets of this process's sockets. .NET never takes a descriptor out of them, and the kernel does so only when the last
/// descriptor of the description is gone, which for a passed-on listener never comes: this process would be woken for
/// every connection of its successor.
/// </summary>
internal sealed class EventPolls
{
    // The runtime makes its sets when the first socket waits, and keeps them: looked for until there are some.
    private volatile int[] _sets = [];

    internal unsafe void Forget(Descriptor descriptor)
    {
        if (_sets.Length == 0)
        {
            _sets = Find();
        }

        foreach (int set in _sets)
        {
            // ENOENT is the common answer: a descriptor is in one of the sets at most.
            _ = Libc.epoll_ctl(set, Libc.EPOLL_CTL_DEL, descriptor.Number, null);
        }
    }

    private static int[] Find() =>
        [.. Directory.EnumerateFiles("/proc/self/fd").Where(IsEventPoll)
            .Select(file => int.Parse(Path.GetFileName(file), System.Globalization.CultureInfo.InvariantCulture))];

    private static bool IsEventPoll(string file)
    {
        try
        {
            return new FileInfo(file).LinkTarget == "anon_inode:[eventpoll]";
        }
        catch (IOException)
        {
            // Closed since the directory was read: not one of the lasting ones.
            return false;
        }
    }
}

using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// The epoll sets of this process's sockets. .NET never removes a descriptor from them. The kernel does only when the last
/// descriptor of the description is closed, which does not happen for a passed-on listener: this process would wake for every
/// connection of its successor.
/// </summary>
internal sealed class EventPolls
{
    // The runtime creates its sets when the first socket waits, and keeps them: searched until some exist.
    private volatile int[] _sets = [];

    internal unsafe void Forget(int fd)
    {
        if (_sets.Length == 0)
        {
            _sets = Find();
        }

        foreach (int set in _sets)
        {
            // ENOENT is usual: a descriptor is in at most one of the sets.
            _ = Libc.epoll_ctl(set, Libc.EPOLL_CTL_DEL, fd, null);
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

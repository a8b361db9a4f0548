using System.Globalization;
using Baton.Interop;

namespace Baton.Tests.Support;

/// <summary>The descriptor table of this process.</summary>
internal static class OpenFiles
{
    /// <summary>What a descriptor leads to; of sockets their kernel object, the same for every descriptor of one socket.</summary>
    internal static string Target(int fd) => new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{fd}")).LinkTarget!;

    internal static bool IsCloseOnExec(int fd) => (Libc.fcntl(fd, Libc.F_GETFD, 0) & Libc.FD_CLOEXEC) != 0;

    internal static bool IsOpen(int fd) => Libc.fcntl(fd, Libc.F_GETFD, 0) >= 0;

    internal static IEnumerable<int> All() =>
        Directory.GetFiles("/proc/self/fd").Select(file => int.Parse(Path.GetFileName(file), CultureInfo.InvariantCulture)).Where(IsOpen);

    /// <summary>The entries of every epoll set, each with the inode it watches (proc_pid_fdinfo(5)).</summary>
    internal static string WatchedByEpoll() =>
        string.Concat(All().Where(fd => Target(fd) == "anon_inode:[eventpoll]").Select(fd => File.ReadAllText($"/proc/self/fdinfo/{fd}")));
}

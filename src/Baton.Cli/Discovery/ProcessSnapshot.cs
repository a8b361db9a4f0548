using System.Globalization;
using Baton.Control;
using Baton.Interop;

namespace Baton.Cli.Discovery;

/// <summary>A process as /proc shows it, see proc(5).</summary>
/// <param name="Pid">Its number.</param>
/// <param name="State">The letter, such as T for one that was stopped.</param>
internal sealed record ProcessSnapshot(int Pid, char State)
{
    /// <summary>The state as text.</summary>
    internal string Description => State switch
    {
        'T' => "is stopped (SIGSTOP)",
        't' => "is held by a debugger",
        'D' => "waits for a disk or a device",
        'Z' or 'X' => "has ended",
        _ => "runs, but does not answer",
    };

    /// <summary>Null if there is no such process.</summary>
    internal static ProcessSnapshot? At(int pid) =>
        Field(pid, "State:") is [var state, ..] ? new ProcessSnapshot(pid, state) : null;

    /// <summary>The effective user; null if there is no such process.</summary>
    internal static uint? OwnerOf(int pid) =>
        Field(pid, "Uid:")?.Split('\t', StringSplitOptions.RemoveEmptyEntries) is [_, var effective, ..]
            && uint.TryParse(effective, CultureInfo.InvariantCulture, out uint uid)
            ? uid
            : null;

    /// <summary>Whether the process is in another pid namespace. False if that cannot be seen.</summary>
    internal static bool IsElsewhere(int pid) =>
        new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/pid")).LinkTarget is { } theirs
            && theirs != new FileInfo("/proc/self/ns/pid").LinkTarget;

    /// <summary>
    /// The living processes that hold the listening socket at a path. Only their own user and root can see that; for others this
    /// is the
    /// process that made the socket, if it lives.
    /// </summary>
    internal static IReadOnlyList<ProcessSnapshot> HoldersOf(string socket, Libc.Ucred? listener)
    {
        string[] wanted = [.. SocketInodes(Path.GetFullPath(socket)).Select(inode => $"socket:[{inode}]")];
        ProcessSnapshot[] holders = wanted.Length == 0
            ? []
            : [.. Pids().Where(pid => HasOne(pid, wanted)).Order().Select(At).OfType<ProcessSnapshot>()];
        return holders.Length > 0 || listener is not { pid: > 0 } maker || OwnerOf(maker.pid) != maker.uid
            ? holders
            : [.. new[] { At(maker.pid) }.OfType<ProcessSnapshot>()];
    }

    // Columns: Num RefCount Protocol Flags Type St Inode Path. The kernel keeps the path at which a socket was bound. Baton binds
    // under a draft name and renames.
    private static IEnumerable<string> SocketInodes(string socket) =>
        from line in Lines("/proc/net/unix")
        let columns = line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries)
        where columns.Length == 8 && (columns[7] == socket || columns[7] == socket + ControlProtocol.DraftSuffix)
        select columns[6];

    private static IEnumerable<int> Pids() =>
        from directory in Directory.EnumerateDirectories("/proc")
        let pid = int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : 0
        where pid > 0
        select pid;

    private static bool HasOne(int pid, string[] wanted)
    {
        try
        {
            return new DirectoryInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd"))
                .EnumerateFileSystemInfos()
                .Any(fd => wanted.Contains(fd.LinkTarget));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process is another user's, or has ended.
            return false;
        }
    }

    private static string? Field(int pid, string name) =>
        Lines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status"))
            .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..]
            .Trim();

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

using System.Text;
using Baton.Interop;

namespace Baton.Control;

/// <summary>
/// A file that one process at a time locks by flock(2). The kernel frees the lock with the last descriptor of its open file
/// description, so also at the end of a process by any way.
/// </summary>
/// <param name="path">Where, in a directory that nobody else may enter.</param>
internal sealed class LockFile(string path)
{
    private const uint Mode = 0x180; // 0600
    private const int LongestContent = 64;

    internal string Path => path;

    /// <summary>Locks it, and makes it if it is missing; does not wait.</summary>
    /// <returns>
    /// The lock, freed with this descriptor and all its copies; null if it is taken, or the file can't be opened.
    /// </returns>
    internal Descriptor? TryLock()
    {
        const int Flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_CLOEXEC | Libc.O_NONBLOCK | Libc.O_NOCTTY;
        var file = new Descriptor(Libc.open(path, Flags | Libc.O_NOFOLLOW, Mode));
        if (!file.IsInvalid && Libc.flock(file.Number, Libc.LOCK_EX | Libc.LOCK_NB) == 0 && IsAtPath(file))
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Whether that is still the file that others find: it may have been removed, and made anew.</summary>
    internal bool IsAtPath(Descriptor file) =>
        Libc.Stat(path) is { } there && there.Is(Libc.S_IFREG) && Libc.Stat(file.Number) is { } ours && there.IsSameFile(ours);

    /// <summary>
    /// Writes at its beginning. Who holds the lock is not changed; where it fails the holder stays unnamed until the next time.
    /// </summary>
    internal unsafe void Write(string text)
    {
        // The runtime's own files would be locked by flock(2), too.
        using var file = new Descriptor(
            Libc.open(path, Libc.O_WRONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK | Libc.O_NOCTTY | Libc.O_NOFOLLOW));
        if (file.IsInvalid)
        {
            return;
        }

        byte[] bytes = Encoding.ASCII.GetBytes(text);
        fixed (byte* start = bytes)
        {
            _ = Libc.write(file.Number, start, (nuint)bytes.Length);
        }
    }

    /// <summary>Its content; null if there is none that one of us has written.</summary>
    internal string? Read() =>
        PlainFile.Read(path, LongestContent) is { } content ? Encoding.ASCII.GetString(content).Trim() : null;

    internal void Remove() => _ = Libc.unlink(path);
}

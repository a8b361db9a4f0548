using System.Text;
using Baton.Interop;

namespace Baton.Control;

/// <summary>
/// A file that one process at a time locks by flock(2). The kernel frees the lock with the last descriptor of its open file
/// description, so at any end of a process.
/// </summary>
/// <param name="path">The path, in a directory that only this user can enter.</param>
internal sealed class LockFile(string path)
{
    private const uint Mode = 0x180; // 0600
    private const int LongestContent = 64;

    internal string Path => path;

    /// <summary>Locks the file, and creates it if missing; does not wait.</summary>
    /// <returns>The lock, freed with this descriptor and all its copies; null if it is taken, or the file cannot be
    /// opened.</returns>
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

    /// <summary>Whether this is still the file at the path: it may have been removed and created anew.</summary>
    internal bool IsAtPath(Descriptor file) =>
        Libc.Stat(path) is { } there && there.Is(Libc.S_IFREG) && Libc.Stat(file.Number) is { } ours && there.IsSameFile(ours);

    /// <summary>
    /// Writes the content. The lock does not change. If it fails, the holder stays unnamed until the next time.
    /// </summary>
    internal unsafe void Write(string text)
    {
        // .NET locks its own files by flock(2) too.
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

    /// <summary>The content; null if none of us has written one.</summary>
    internal string? Read() =>
        PlainFile.Read(path, LongestContent) is { } content ? Encoding.ASCII.GetString(content).Trim() : null;

    internal void Remove() => _ = Libc.unlink(path);
}

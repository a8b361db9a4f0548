namespace Baton.Interop;

/// <summary>
/// Small files at a path that somebody else may replace at any moment. Nothing but a regular file is opened, and no more is read
/// than asked, so neither a FIFO nor a device nor an endless file can hold up the thread that reads.
/// </summary>
internal static class PlainFile
{
    /// <summary>
    /// What is at the path if it is something else than a regular file; null for a regular file and for
    /// nothing.
    /// </summary>
    internal static FileKind? WhatElse(string path)
    {
        if (!Platform.HandoverSupported)
        {
            return Directory.Exists(path) ? FileKind.Directory : new FileInfo(path).LinkTarget is null ? null : FileKind.Link;
        }

        return Libc.Stat(path) is { } stat && !stat.Is(Libc.S_IFREG)
            ? (stat.stx_mode & Libc.S_IFMT) switch
            {
                Libc.S_IFIFO => FileKind.Fifo,
                Libc.S_IFLNK => FileKind.Link,
                Libc.S_IFDIR => FileKind.Directory,
                Libc.S_IFSOCK => FileKind.Socket,
                Libc.S_IFCHR or Libc.S_IFBLK => FileKind.Device,
                _ => FileKind.Other,
            }
            : null;
    }

    /// <summary>Reads the file from its beginning.</summary>
    /// <param name="path">Where; a link is not followed.</param>
    /// <param name="most">How many bytes it may have.</param>
    /// <returns>Its bytes; null if there is no regular file that can be read, or one that is longer.</returns>
    internal static byte[]? Read(string path, int most)
    {
        if (WhatElse(path) is not null)
        {
            return null;
        }

        byte[] buffer = new byte[most + 1];
        int length = Platform.HandoverSupported ? ReadRegular(path, buffer) : ReadByRuntime(path, buffer);
        return length >= 0 && length <= most ? buffer[..length] : null;
    }

    // It was a regular file a moment ago. What has been put there since is opened without waiting and looked at again.
    private static unsafe int ReadRegular(string path, byte[] buffer)
    {
        using var file = new Descriptor(Libc.open(path, Libc.O_CLOEXEC | Libc.O_NONBLOCK | Libc.O_NOCTTY | Libc.O_NOFOLLOW));
        if (file.IsInvalid || Libc.Stat(file.Number) is not { } stat || !stat.Is(Libc.S_IFREG))
        {
            return -1;
        }

        int length = 0;
        fixed (byte* start = buffer)
        {
            while (length < buffer.Length)
            {
                nint n = Libc.read(file.Number, start + length, (nuint)(buffer.Length - length));
                if (n == 0)
                {
                    break;
                }

                if (n < 0 && Libc.Errno != Libc.EINTR)
                {
                    return -1;
                }

                length += (int)Math.Max(n, 0);
            }
        }

        return length;
    }

    private static int ReadByRuntime(string path, byte[] buffer)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not there, or not to be read: the caller is told so.
            return -1;
        }
    }
}

namespace Baton.Interop;

/// <summary>
/// Reads small files at a path that others may replace at any moment. Opens regular files only, and reads a limited number of
/// bytes: a FIFO, a device or an endless file cannot block the thread.
/// </summary>
internal static class PlainFile
{
    /// <summary>What is at the path if it is not a regular file; null for a regular file or nothing.</summary>
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

    /// <summary>Reads the file.</summary>
    /// <param name="path">The path; a link is not followed.</param>
    /// <param name="most">The limit in bytes.</param>
    /// <returns>The bytes; null if there is no readable regular file, or it is longer.</returns>
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

    // It was a regular file a moment ago. A replacement is opened without blocking and checked again.
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
            // The file is missing or not readable. The caller gets null.
            return -1;
        }
    }
}

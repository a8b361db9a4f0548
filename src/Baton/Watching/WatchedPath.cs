using System.Security.Cryptography;
using System.Text;
using Baton.Interop;
using Microsoft.Win32.SafeHandles;

namespace Baton.Watching;

/// <summary>
/// The content of a file, or of the files directly in a directory, as it is now. Links are followed. What cannot be read counts
/// as it was before: editors, package managers and Kubernetes remove a file for a moment before the new one is there. Not safe
/// for concurrent use.
/// </summary>
/// <param name="path">The absolute path.</param>
/// <param name="time">The clock of file systems.</param>
internal sealed class WatchedPath(string path, TimeProvider time)
{
    /// <summary>Of a directory with more files the first ones count, in the order of their names.</summary>
    internal const int MostFiles = 1000;

    // A larger one would be read for seconds. Of such a file the size and the time of the last change count.
    private const long LongestRead = 64 * 1024 * 1024;

    // A file may change twice within one tick of the file system's clock. So one that is younger is read again.
    private static readonly TimeSpan s_young = TimeSpan.FromSeconds(2);

    private Dictionary<string, Content> _files = [];

    internal string Path => path;

    /// <summary>Looks at it. Blocks as long as the file system does.</summary>
    /// <returns>Text that is the same while the content is; empty until there has been any.</returns>
    internal string Look()
    {
        string[] names = [path];
        if (Directory.Exists(path))
        {
            if (Names() is not { } found)
            {
                return Summary();
            }

            names = found;
        }

        var files = new Dictionary<string, Content>();
        foreach (string name in names)
        {
            _files.TryGetValue(name, out Content? before);
            if ((Read(name, before) ?? before) is { } content)
            {
                files[name] = content;
            }
        }

        _files = files;
        return Summary();
    }

    private string Summary() =>
        string.Join('\n', _files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} {f.Value.Hash}"));

    private string[]? Names()
    {
        try
        {
            return [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).Take(MostFiles)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It counts as it was.
            return null;
        }
    }

    /// <returns>Null if it is no regular file, or cannot be read.</returns>
    private Content? Read(string file, Content? before)
    {
        try
        {
            using SafeFileHandle? handle = Open(file);
            return handle is null ? null : Read(handle, before);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It counts as it was.
            return null;
        }
    }

    private Content Read(SafeFileHandle handle, Content? before)
    {
        long length = RandomAccess.GetLength(handle);
        DateTime changed = File.GetLastWriteTimeUtc(handle);
        var state = new Content(length, changed, IsYoung: time.GetUtcNow() - changed < s_young, "");
        if (before is { IsYoung: false } && before.Length == length && before.Changed == changed && !state.IsYoung)
        {
            return before;
        }

        return state with { Hash = length > LongestRead ? $"{length} {changed.Ticks}" : Hash(handle) };
    }

    private static string Hash(SafeFileHandle handle)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[64 * 1024];
        for (long at = 0, n; at < LongestRead && (n = RandomAccess.Read(handle, buffer, at)) > 0; at += n)
        {
            hash.AppendData(buffer, 0, (int)n);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // A FIFO or a device is not waited for, and not read.
    private static SafeFileHandle? Open(string file)
    {
        if (!Platform.HandoverSupported)
        {
            return File.Exists(file) ? File.OpenHandle(file, share: FileShare.ReadWrite | FileShare.Delete) : null;
        }

        var handle = new SafeFileHandle(Libc.open(file, Libc.O_CLOEXEC | Libc.O_NONBLOCK | Libc.O_NOCTTY), ownsHandle: true);
        if (!handle.IsInvalid && Libc.Stat((int)handle.DangerousGetHandle()) is { } stat && stat.Is(Libc.S_IFREG))
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }

    private sealed record Content(long Length, DateTime Changed, bool IsYoung, string Hash);
}

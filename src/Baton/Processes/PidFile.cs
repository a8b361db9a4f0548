using System.Globalization;
using System.Text;
using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Processes;

/// <summary>
/// The file that names the process in charge, for scripts and supervisors. Replaced in one step (rename(2)), so that a reader
/// finds a whole number at every moment. A failure is logged, no more: the service is worth more than the file. Whatever somebody
/// puts in its place is neither followed nor waited for.
/// </summary>
internal sealed class PidFile(string? givenPath, ILogger logger)
{
    private const int LongestContent = 32;

    // Whatever the umask: those who read it are other users.
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string? _path = givenPath is null ? null : System.IO.Path.GetFullPath(givenPath);
    private int? _named;
    private string? _lastFailure;

    /// <summary>Where it is; null for none.</summary>
    internal string? Path => _path;

    /// <summary>Names a process; does nothing without a path, or if it stands there already.</summary>
    internal void Name(int pid)
    {
        _named = pid;
        if (_path is null || Read() == pid)
        {
            return;
        }

        string? other = PlainFile.WhatElse(_path);
        string? failure = IsToBeKept(other) ? $"{other} is there" : Write(pid);
        if (failure is not null && DiscardStale())
        {
            // Where the disk is full, the old file had the room for the new one.
            failure = Write(pid);
        }

        if (failure is null && other is not null)
        {
            logger.PidFileReplaced(_path, other, pid);
        }

        if (failure is not null && failure != _lastFailure)
        {
            logger.PidFileFailed(_path, pid, failure);
        }

        _lastFailure = failure;
    }

    /// <summary>
    /// This process has done with the file. It goes if it names this process; also if it names the successor, but that does not
    /// use it: it has another path.
    /// </summary>
    /// <param name="successorHasIt">Whether the successor goes on with the same file.</param>
    internal void Leave(bool successorHasIt)
    {
        if (_path is not null && Read() is { } named && (named == Environment.ProcessId || (named == _named && !successorHasIt)))
        {
            Discard(_path);
        }
    }

    // A FIFO or a link is worth nothing there. A directory, a socket or a device is something that somebody uses: also by way of
    // /dev/stdout, a link into /proc.
    private bool IsToBeKept(string? other) => other switch
    {
        null or "a FIFO" => false,
        "a link" => new FileInfo(_path!).LinkTarget?.StartsWith("/proc/", StringComparison.Ordinal) == true,
        _ => true,
    };

    /// <returns>Why it could not be written; null if it was.</returns>
    private string? Write(int pid)
    {
        // In the same directory, as a file can be renamed within a file system only.
        string draft = string.Create(CultureInfo.InvariantCulture, $"{_path}.{Environment.ProcessId}");
        try
        {
            WriteNew(draft, string.Create(CultureInfo.InvariantCulture, $"{pid}\n"));
            File.Move(draft, _path!, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(draft))
            {
                Discard(draft);
            }

            return e.Message;
        }
    }

    // A draft that an earlier process of the same number left goes first; a link that somebody else has put there in the meantime
    // is not followed (O_EXCL).
    private static void WriteNew(string draft, string text)
    {
        File.Delete(draft);
        using var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.Write);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(stream.SafeFileHandle, Mode);
        }

        stream.Write(Encoding.ASCII.GetBytes(text));
    }

    private int? Read() =>
        PlainFile.Read(_path!, LongestContent) is { } content
        && int.TryParse(
            Encoding.ASCII.GetString(content).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            ? pid
            : null;

    // It names a process that is not in charge any more: whoever reads it would signal that one, or another that has its number
    // by now.
    private bool DiscardStale() => Read() is not null && Discard(_path!);

    private bool Discard(string file)
    {
        try
        {
            File.Delete(file);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.PidFileLeft(file, e.Message);
            return false;
        }
    }
}

using System.Globalization;
using System.Text;
using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Processes;

/// <summary>
/// The file with the pid of the process in charge, for scripts and supervisors. It is replaced in one step (rename(2)), so that
/// readers always see a whole number. Failures are logged and never fail the service. Links and special files at the path are
/// neither followed nor waited for.
/// </summary>
internal sealed class PidFile(string? givenPath, ILogger logger)
{
    private const int LongestContent = 32;

    // Whatever the umask is: other users read it.
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string? _path = givenPath is null ? null : System.IO.Path.GetFullPath(givenPath);
    private int? _named;
    private string? _lastFailure;

    /// <summary>The path; null for none.</summary>
    internal string? Path => _path;

    /// <summary>Writes the pid of a process. Does nothing without a path, or if it is written already.</summary>
    internal void Name(int pid)
    {
        _named = pid;
        if (_path is null || Read() == pid)
        {
            return;
        }

        FileKind? other = PlainFile.WhatElse(_path);
        string? failure = IsToBeKept(other) ? $"{other?.Describe()} is there" : Write(pid);
        if (failure is not null && DiscardStale())
        {
            // On a full disk the old file has the room for the new one.
            failure = Write(pid);
        }

        if (failure is null && other is not null)
        {
            logger.PidFileReplaced(_path, other.Value.Describe(), pid);
        }

        if (failure is not null && failure != _lastFailure)
        {
            logger.PidFileFailed(_path, pid, failure);
        }

        _lastFailure = failure;
    }

    /// <summary>
    /// This process no longer needs the file. Removes it if it names this process, or names the successor but the successor uses
    /// another path.
    /// </summary>
    /// <param name="successorHasIt">Whether the successor uses the same file.</param>
    internal void Leave(bool successorHasIt)
    {
        if (_path is not null && Read() is { } named && (named == Environment.ProcessId || (named == _named && !successorHasIt)))
        {
            Discard(_path);
        }
    }

    // A FIFO or a link may be replaced. A directory, a socket or a device is used by somebody, also through /dev/stdout, a link
    // into /proc.
    private bool IsToBeKept(FileKind? other) => other switch
    {
        null or FileKind.Fifo => false,
        FileKind.Link => new FileInfo(_path!).LinkTarget?.StartsWith("/proc/", StringComparison.Ordinal) == true,
        _ => true,
    };

    /// <returns>The error; null for none.</returns>
    private string? Write(int pid)
    {
        // In the same directory, since rename works only within one file system.
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

    // First removes the draft of an earlier process with this pid. A link that somebody puts there meanwhile is not followed
    // (O_EXCL).
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

    // It names a process that is no longer in charge. Readers would signal that one, or another process with its reused pid.
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

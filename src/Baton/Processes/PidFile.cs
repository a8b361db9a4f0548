using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Baton.Processes;

/// <summary>
/// The file that names the process in charge, for scripts and supervisors. Replaced in one step (rename(2)), so that who reads it finds a whole number at every
/// moment. What goes wrong with it is logged, no more: the service is worth more than the file.
/// </summary>
internal sealed class PidFile(string? givenPath, ILogger logger)
{
    private readonly string? _path = givenPath is null ? null : Path.GetFullPath(givenPath);
    private int? _named;

    /// <summary>What a successor claims, as it does listeners: that it goes on with the same file. None without a path.</summary>
    internal IEnumerable<string> Keys => _path is null ? [] : [$"pid-file:{_path}"];

    /// <summary>Names a process; does nothing without a path, or if it stands there already.</summary>
    internal void Name(int pid)
    {
        _named = pid;
        if (_path is null || Read() == pid)
        {
            return;
        }

        // In the same directory, as a file can be renamed within a file system only.
        string draft = string.Create(CultureInfo.InvariantCulture, $"{_path}.{Environment.ProcessId}");
        try
        {
            WriteNew(draft, string.Create(CultureInfo.InvariantCulture, $"{pid}\n"));
            File.Move(draft, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.PidFileFailed(_path, pid, e.Message);
            if (File.Exists(draft))
            {
                Discard(draft);
            }
        }
    }

    /// <summary>
    /// This process has done with the file. It goes if it names this process; also if it names the successor, but that does not use it: it has another path.
    /// </summary>
    internal void Leave(IReadOnlyCollection<string> claimedBySuccessor)
    {
        if (_path is not null && Read() is { } named && (named == Environment.ProcessId || (named == _named && !Keys.All(claimedBySuccessor.Contains))))
        {
            Discard(_path);
        }
    }

    // A draft that an earlier process of the same number left goes first; a link that somebody else has put there in the meantime is not followed (O_EXCL).
    private static void WriteNew(string draft, string text)
    {
        File.Delete(draft);
        using var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.Write);
        stream.Write(Encoding.ASCII.GetBytes(text));
    }

    private int? Read()
    {
        try
        {
            return int.TryParse(File.ReadAllText(_path!).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not there yet, or not to be read: then it is written, and what is wrong with it shows.
            return null;
        }
    }

    private void Discard(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.PidFileLeft(file, e.Message);
        }
    }
}

using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Baton.Processes;

/// <summary>
/// The file that names the process in charge, for scripts and supervisors. Replaced in one step (rename(2)), so that who reads it finds a whole number at every
/// moment. What goes wrong with it is logged, no more: the service is worth more than the file.
/// </summary>
internal sealed class PidFile(string? path, ILogger logger)
{
    /// <summary>Names a process; does nothing without a path, or if it stands there already.</summary>
    internal void Name(int pid)
    {
        if (path is null || Read() == pid)
        {
            return;
        }

        // In the same directory, as a file can be renamed within a file system only.
        string draft = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}");
        try
        {
            File.WriteAllText(draft, string.Create(CultureInfo.InvariantCulture, $"{pid}\n"));
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.PidFileFailed(path, pid, e.Message);
            Discard(draft);
        }
    }

    /// <summary>Removes the file, unless it names another process.</summary>
    internal void Remove()
    {
        if (path is not null && Read() == Environment.ProcessId)
        {
            Discard(path);
        }
    }

    private int? Read()
    {
        try
        {
            return int.TryParse(File.ReadAllText(path!).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : null;
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

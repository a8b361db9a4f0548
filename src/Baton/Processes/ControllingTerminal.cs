using System.Globalization;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>The session of a process and its terminal (<c>/proc/PID/stat</c>, proc(5)).</summary>
/// <param name="Session">The process that leads the session.</param>
/// <param name="HasTerminal">Whether the session has a controlling terminal. A closed terminal does not count.</param>
/// <param name="IsLeaving">Whether the process is ending, or has ended and is not reaped.</param>
internal readonly record struct ControllingTerminal(int Session, bool HasTerminal, bool IsLeaving)
{
    private const int StandardInput = 0;
    private const uint PF_EXITING = 4;

    /// <summary>The session of this process.</summary>
    internal static ControllingTerminal Own => Of("self") ?? default;

    /// <summary>
    /// Whether standard input is the controlling terminal: a person, or a shell with job control, started this process.
    /// </summary>
    internal static bool IsInput => Libc.tcgetpgrp(StandardInput) >= 0;

    /// <summary>Whether a process has ended, or is ending.</summary>
    internal static bool Leaves(int pid) => Of(pid.ToString(CultureInfo.InvariantCulture)) is not { IsLeaving: false };

    private static ControllingTerminal? Of(string pid)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{pid}/stat"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is no such process, or it is hidden.
            return null;
        }
    }

    /// <summary>
    /// Reads a line of <c>/proc/PID/stat</c>. The program's name is in parentheses, and may contain parentheses.
    /// </summary>
    internal static ControllingTerminal Parse(string line)
    {
        // state ppid pgrp session tty_nr tpgid flags
        string[] fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
        uint flags = uint.Parse(fields[6], CultureInfo.InvariantCulture);
        return new ControllingTerminal(
            int.Parse(fields[3], CultureInfo.InvariantCulture), HasTerminal: fields[4] != "0", fields[0] is "Z" or "X"
                || (flags & PF_EXITING) != 0);
    }
}

using System.Text;

namespace Baton.Cli.Running;

internal delegate void WriteLine(ReadOnlySpan<byte> line);

/// <summary>The bytes that one process writes, cut into lines. Each whole line is written at once.</summary>
/// <param name="pid">The process; 0 if it is not known.</param>
/// <param name="generation">Its generation; null for a process that is none.</param>
/// <param name="write">Writes a line with its end.</param>
/// <param name="time">The clock; null for the system's.</param>
internal sealed class SenderLines(int pid, int? generation, WriteLine write, TimeProvider? time = null)
{
    /// <summary>A longer line is written in pieces.</summary>
    internal const int LongestLine = 64 * 1024;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly List<byte> _line = [];
    private string _prefix = "";

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_line.Count == 0)
            {
                Begin();
            }

            int room = LongestLine - _line.Count;
            int end = bytes[..Math.Min(room, bytes.Length)].IndexOf((byte)'\n');
            int taken = end >= 0 ? end : Math.Min(room, bytes.Length);
            _line.AddRange(bytes[..taken]);
            bytes = bytes[(end >= 0 ? end + 1 : taken)..];
            if (end >= 0 || _line.Count >= LongestLine)
            {
                End();
            }
        }
    }

    /// <summary>Writes the beginning of a line that will not be finished.</summary>
    internal void End()
    {
        if (_prefix.Length > 0)
        {
            write([.. Encoding.ASCII.GetBytes(_prefix), .. _line, (byte)'\n']);
            _line.Clear();
            _prefix = "";
        }
    }

    // The time of the first byte.
    private void Begin()
    {
        if (_prefix.Length == 0)
        {
            string of = generation is { } number ? Wording.Say($"{pid}.{number}") : Wording.Say($"{pid}");
            _prefix = Wording.Say($"{_time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} [{of}] ");
        }
    }
}

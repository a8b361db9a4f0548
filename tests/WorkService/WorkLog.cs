using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace WorkService;

/// <summary>
/// What this process has done, a line for each piece of work in a file of its own: no process can overwrite what another has
/// written. What is written stays when the process is killed.
/// </summary>
internal sealed class WorkLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SafeFileHandle _file;
    private long _length;

    public WorkLog(IConfiguration configuration)
    {
        string directory = configuration["Done"] ?? throw new InvalidOperationException("Which --Done?");
        string path = Path.Combine(directory, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
    }

    /// <summary>Adds a line: the time by the clock of the machine, the same in all processes, and this.</summary>
    internal void Write(string text)
    {
        lock (_lock)
        {
            string words = string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetTimestamp()} {text}\n");
            byte[] line = Encoding.ASCII.GetBytes(words);
            RandomAccess.Write(_file, line, _length);
            _length += line.Length;
        }
    }

    public void Dispose() => _file.Dispose();
}

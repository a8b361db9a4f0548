using System.Globalization;
using System.Text.RegularExpressions;

namespace RestartLoad.Releases;

/// <summary>One of Baton's own lines in the service's log. Ids and words of those that are looked at are its contract (src/Baton/Log.cs).</summary>
internal readonly record struct LogEntry(int Id, string Message);

/// <summary>Reads what the service adds to its log, and picks out Baton's lines, as the console logger writes them on one line or on two.</summary>
internal sealed partial class ServiceLogReader : IDisposable
{
    /// <summary>Longer than any line of interest.</summary>
    private const int Kept = 16 * 1024;

    private readonly StreamReader _reader;
    private string _unread = "";

    /// <exception cref="IOException">It can't be opened.</exception>
    public ServiceLogReader(string path) =>
        _reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    /// <summary>What was completed since the last call.</summary>
    public IReadOnlyList<LogEntry> ReadNew()
    {
        string text = _unread + _reader.ReadToEnd();
        List<LogEntry> entries = [];
        int end = 0;
        foreach (Match match in Entry().Matches(text))
        {
            entries.Add(new LogEntry(int.Parse(match.Groups["id"].Value, CultureInfo.InvariantCulture), match.Groups["message"].Value.TrimEnd()));
            end = match.Index + match.Length;
        }

        // The rest may be the beginning of an entry.
        _unread = text[Math.Max(end, text.Length - Kept)..];
        return entries;
    }

    public void Dispose() => _reader.Dispose();

    [GeneratedRegex(@"\bBaton\[(?<id>\d{1,6})\][ \t]*\n?[ \t]+(?<message>[^\n]+)\n", RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();
}

using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MultiServer;

/// <summary>Log lines of a time, a process and a text: <c>2026-11-20 11:27:08.203 18111: server s1 restarting</c>.</summary>
internal sealed class PlainLines() : ConsoleFormatter(FormatterName)
{
    internal const string FormatterName = "plain";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter writer)
    {
        string time = DateTime.Now.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        string text = entry.Formatter(entry.State, entry.Exception);
        writer.WriteLine($"{time} {Environment.ProcessId}: {text}{(entry.Exception is null ? "" : $" {entry.Exception}")}");
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Baton.Tests.Support;

internal sealed record LogLine(LogLevel Level, EventId Event, string Text, Exception? Exception);

/// <summary>Keeps every line that is logged, and reports each to whoever wants to know the order.</summary>
internal sealed class RecordingLogger(Action<LogLine>? logged = null) : ILogger
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    internal IReadOnlyList<LogLine> Lines => [.. _lines];

    internal IEnumerable<string> EventNames => Lines.Select(l => l.Event.Name!);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = new LogLine(logLevel, eventId, formatter(state, exception), exception);
        _lines.Enqueue(line);
        logged?.Invoke(line);
    }
}

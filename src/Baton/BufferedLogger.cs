using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Baton;

/// <summary>
/// Keeps the first log lines until there is somewhere to write them: a restarter starts before the host that has the logging. Afterwards
/// it only passes on.
/// </summary>
internal sealed class BufferedLogger : ILogger
{
    private const int MaxLines = 500;
    private readonly ConcurrentQueue<Action<ILogger>> _lines = new();
    private volatile ILogger? _target;

    /// <summary>Writes what was kept, and from now on everything, to this logger.</summary>
    internal void Attach(ILogger target)
    {
        _target = target;
        Flush(target);
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (_target is { } target)
        {
            target.Log(logLevel, eventId, state, exception, formatter);
        }
        else if (_lines.Count < MaxLines)
        {
            // Formatted now: a generated state may be a struct that is reused.
            string text = formatter(state, exception);
            _lines.Enqueue(logger => logger.Log(logLevel, eventId, text, exception, static (line, _) => line));
            if (_target is { } late)
            {
                // Attached while the line was formatted: nobody else would write it.
                Flush(late);
            }
        }
    }

    /// <summary>
    /// The process ends: what was kept because nobody has attached yet goes to standard error, and so does the reason in any case, since a logger that writes in the
    /// background, as .NET's console logger does, may not get to it.
    /// </summary>
    internal void Abandon(string reason)
    {
        if (_target is null)
        {
            Attach(new StandardError());
        }
        else
        {
            Console.Error.WriteLine($"Baton: {reason}");
        }
    }

    public bool IsEnabled(LogLevel logLevel) => _target?.IsEnabled(logLevel) ?? true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _target?.BeginScope(state);

    private void Flush(ILogger target)
    {
        while (_lines.TryDequeue(out Action<ILogger>? line))
        {
            line(target);
        }
    }

    private sealed class StandardError : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Console.Error.WriteLine($"Baton: {formatter(state, exception)}");
            }
        }
    }
}

using Microsoft.Extensions.Logging;

namespace Baton;

/// <summary>
/// The log of the process. Keeps the first lines until there is somewhere to write them: a restarter starts before the host that
/// has the logging. Lines are written by a
/// <see cref="LogQueue"/>, so that no step of the lifecycle runs the application's logger.
/// </summary>
internal sealed class BufferedLogger : ILogger
{
    /// <summary>Lines that are kept as long as there is no logger.</summary>
    internal const int MostKept = 500;

    /// <summary>Lines that wait for a logger that is slow or blocks; some megabytes.</summary>
    internal const int MostWaiting = 10_000;

    private readonly LogQueue _queue;
    private int _kept;
    private volatile ILogger? _target;
    private volatile bool _failed;

    internal BufferedLogger()
    {
        _queue = new LogQueue(MostWaiting, Failed, missing => _target?.LogLinesLost(missing));
        _queue.Hold();
    }

    /// <summary>Writes what was kept, and from now on everything, to this logger.</summary>
    internal void Attach(ILogger target)
    {
        _target = target;
        _queue.Release();
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Add(target: null, logLevel, eventId, state, exception, formatter);

    /// <summary>
    /// The process ends: what was kept because nobody has attached yet goes to standard error, and so does the reason in any case, since a logger that writes in the
    /// background, as .NET's console logger does, may not get to it. Waits until all is written, at most for the limit.
    /// </summary>
    internal void Abandon(string reason, TimeSpan limit)
    {
        if (_target is null)
        {
            Attach(new StandardError());
            _queue.Flush(limit);
        }
        else
        {
            _queue.Flush(limit);
            Console.Error.WriteLine($"Baton: {reason}");
        }
    }

    /// <summary>Waits until the lines so far are written, at most for the limit: before the process ends.</summary>
    /// <returns>Whether they are written. True as well if there is no logger.</returns>
    internal bool Flush(TimeSpan limit) => _target is null || _queue.Flush(limit);

    /// <summary>Completes when the lines so far are written; at once if there is no logger.</summary>
    internal Task WrittenAsync()
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.WhenWritten(() => written.TrySetResult());
        return written.Task;
    }

    /// <summary>A logger that writes to the target, in order with the lines of this one and as little in the way.</summary>
    internal ILogger Aside(ILogger target) => new Routed(this, target);

    // Whether anybody wants the line is asked where it is written: that is the application's code, too.
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    private void Add<TState>(ILogger? target, LogLevel level, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (_target is null && Interlocked.Increment(ref _kept) > MostKept)
        {
            return;
        }

        // The state that LoggerMessage generates is a struct of values, and is copied here: it is formatted later.
        _queue.Add(() =>
        {
            if ((target ?? _target) is { } to && to.IsEnabled(level))
            {
                to.Log(level, eventId, state, exception, formatter);
            }
        });
    }

    private void Failed(Exception cause)
    {
        // Once: whoever looks for lines that are missing finds the reason.
        if (!_failed)
        {
            _failed = true;
            Console.Error.WriteLine($"Baton: the application's logger failed, and log lines of Baton are missing: {cause}");
        }
    }

    private sealed class Routed(BufferedLogger log, ILogger target) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Add(target, logLevel, eventId, state, exception, formatter);
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

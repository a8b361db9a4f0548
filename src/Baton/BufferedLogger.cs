using Microsoft.Extensions.Logging;

namespace Baton;

/// <summary>
/// The log of the process. Keeps the first lines until a logger is attached: a restarter starts before the host that has the
/// logging. A <see cref="LogQueue"/> writes the lines, so that no step of the lifecycle runs the application's logger.
/// </summary>
internal sealed class BufferedLogger : ILogger
{
    /// <summary>The limit of lines that are kept without a logger.</summary>
    internal const int MostKept = 500;

    /// <summary>The limit of lines that wait for a slow logger; some megabytes.</summary>
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

    /// <summary>Writes the kept lines, and from now on all lines, to this logger.</summary>
    internal void Attach(ILogger target)
    {
        _target = target;
        _queue.Release();
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Add(target: null, logLevel, eventId, state, exception, formatter);

    /// <summary>
    /// The process ends. Lines kept without a logger go to standard error. So does the reason in any case, since a background
    /// logger such as .NET's console logger may not write it in time. Waits until all is written, within the limit.
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

    /// <summary>Waits until the lines so far are written, within the limit.</summary>
    /// <returns>Whether they are written; true without a logger.</returns>
    internal bool Flush(TimeSpan limit) => _target is null || _queue.Flush(limit);

    /// <summary>Completes when the lines so far are written; at once if there is no logger.</summary>
    internal Task WrittenAsync()
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.WhenWritten(() => written.TrySetResult());
        return written.Task;
    }

    /// <summary>A logger that writes to the target by this queue, in order with its lines.</summary>
    internal ILogger Aside(ILogger target) => new Routed(this, target);

    // IsEnabled is called on the writing thread: it is code of the application too.
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    private void Add<TState>(
        ILogger? target,
        LogLevel level,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (_target is null && Interlocked.Increment(ref _kept) > MostKept)
        {
            return;
        }

        // LoggerMessage generates a struct of values. It is copied here and formatted later.
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
        // Once, for people who look for missing lines.
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

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Add(target, logLevel, eventId, state, exception, formatter);
    }

    private sealed class StandardError : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Console.Error.WriteLine($"Baton: {formatter(state, exception)}");
            }
        }
    }
}

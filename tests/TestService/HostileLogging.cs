namespace TestService;

/// <summary>
/// A logger that misbehaves: <c>log throw</c> throws for every line of Baton, <c>log throw WORDS</c> for lines with these words, <c>log block WORDS</c> never comes back from them.
/// </summary>
internal sealed class HostileLogging(string order) : ILoggerProvider, ILogger
{
    internal static void AddTo(ILoggingBuilder logging, Behaviour behaviour)
    {
        if (behaviour.Argument("log") is { } order)
        {
            logging.Services.AddSingleton<ILoggerProvider>(new HostileLogging(order));
        }
    }

    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("Baton", StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string[] words = order.Split(' ', 2);
        if (words.Length == 1 || formatter(state, exception).Contains(words[1], StringComparison.Ordinal))
        {
            if (words[0] == "block")
            {
                Thread.Sleep(Timeout.Infinite);
            }

            throw new InvalidOperationException("told to fail while logging");
        }
    }

    public void Dispose()
    {
    }
}

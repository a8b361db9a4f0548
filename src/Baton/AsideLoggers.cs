using Microsoft.Extensions.Logging;

namespace Baton;

/// <summary>
/// Loggers of a host for lines of Baton. A logger that throws or blocks loses the line, but does not delay the start, request or
/// restart.
/// </summary>
internal sealed class AsideLoggers(Restarter restarter, ILoggerFactory loggers) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => restarter.Parts.Logger.Aside(loggers.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    // The loggers are the host's.
    public void Dispose()
    {
    }
}

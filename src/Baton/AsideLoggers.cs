using Microsoft.Extensions.Logging;

namespace Baton;

/// <summary>
/// The loggers of a host for lines of Baton: a logger that throws or blocks costs the line, and not the start, request or restart
/// that it tells of.
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

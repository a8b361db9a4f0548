using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>860: metrics and traces.</content>
internal static partial class Log
{
    [LoggerMessage(
        860,
        LogLevel.Warning,
        "A listener to Baton's metrics or traces failed; restarts do not depend on it",
        EventName = "TelemetryFailed")]
    internal static partial void TelemetryFailed(this ILogger logger, Exception exception);
}

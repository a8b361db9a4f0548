using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>Files whose change restarts the service: 450 to 459.</content>
internal static partial class Log
{
    [LoggerMessage(
        450,
        LogLevel.Information,
        "A change of {Paths} restarts the service; looked at once a second",
        EventName = "ChangesWatched")]
    internal static partial void ChangesWatched(this ILogger logger, string paths);

    [LoggerMessage(451, LogLevel.Information, "Changed: {Paths}", EventName = "Changed")]
    internal static partial void Changed(this ILogger logger, string paths);

    [LoggerMessage(452, LogLevel.Warning, "The watched files could not be looked at", EventName = "ChangesUnseen")]
    internal static partial void ChangesUnseen(this ILogger logger, Exception exception);
}

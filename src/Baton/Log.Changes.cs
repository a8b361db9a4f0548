using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>What restarts the service when it changes: 450 to 459.</content>
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

    [LoggerMessage(
        453,
        LogLevel.Information,
        "The memory limit is now {After}, was {Before}: the garbage collector uses it",
        EventName = "MemoryLimitRefreshed")]
    internal static partial void MemoryLimitRefreshed(this ILogger logger, string after, string before);

    [LoggerMessage(
        454,
        LogLevel.Warning,
        "The memory limit is now {After}, was {Before}, but the garbage collector keeps the old one until a restart",
        EventName = "MemoryLimitNotRefreshed")]
    internal static partial void MemoryLimitNotRefreshed(this ILogger logger, Exception exception, string after, string before);
}

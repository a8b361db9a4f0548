using Microsoft.Extensions.Logging;

namespace Baton.Hosting;

/// <summary>Every log line of the hosting part. Ids and names are a contract: 900 to 999.</summary>
internal static partial class Log
{
    internal const string Category = "Baton.Hosting";

    [LoggerMessage(900, LogLevel.Information, "Not ready yet: {Report}", EventName = "NotHealthyYet")]
    internal static partial void NotHealthyYet(this ILogger logger, string report);

    [LoggerMessage(901, LogLevel.Error, "The health checks could not be run on probation", EventName = "ProbationWatchFailed")]
    internal static partial void ProbationWatchFailed(this ILogger logger, Exception exception);

    [LoggerMessage(950, LogLevel.Information, "{Server} restarting", EventName = "ServerRestarting")]
    internal static partial void ServerRestarting(this ILogger logger, string server);

    [LoggerMessage(951, LogLevel.Information, "{Servers} shut down", EventName = "ServersShutDown")]
    internal static partial void ServersShutDown(this ILogger logger, string servers);

    [LoggerMessage(
        952,
        LogLevel.Warning,
        "{Server} is to have options that a process has only once, and those of {Holder} hold: {Options}",
        EventName = "OptionsIgnored")]
    internal static partial void OptionsIgnored(this ILogger logger, string server, string holder, string options);
}

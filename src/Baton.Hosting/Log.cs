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
}

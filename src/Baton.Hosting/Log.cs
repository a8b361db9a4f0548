using Baton.Hosting.Services;
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

    [LoggerMessage(910, LogLevel.Information, "{Service} runs, {Kind}, in term {Term}", EventName = "TermServiceStarted")]
    internal static partial void TermServiceStarted(this ILogger logger, string service, ServiceKind kind, long term);

    [LoggerMessage(911, LogLevel.Information, "{Service} has stopped after {Milliseconds} ms", EventName = "TermServiceStopped")]
    internal static partial void TermServiceStopped(this ILogger logger, string service, long milliseconds);

    [LoggerMessage(
        912,
        LogLevel.Error,
        "{Service} failed, and does not run until this process serves anew; the host goes on without it",
        EventName = "TermServiceFailed")]
    internal static partial void TermServiceFailed(this ILogger logger, Exception exception, string service);

    [LoggerMessage(913, LogLevel.Critical, "{Service} failed, and the host stops by that", EventName = "TermServiceEndsHost")]
    internal static partial void TermServiceEndsHost(this ILogger logger, Exception exception, string service);

    [LoggerMessage(914, LogLevel.Error, "{Service} failed while it stopped", EventName = "TermServiceStopFailed")]
    internal static partial void TermServiceStopFailed(this ILogger logger, Exception exception, string service);

    [LoggerMessage(
        915,
        LogLevel.Warning,
        "{Service} does not run in process {Pid}, which serves: {Why}. It starts when it can",
        EventName = "ExclusiveWaits")]
    internal static partial void ExclusiveWaits(this ILogger logger, string service, int pid, string why);

    [LoggerMessage(
        916,
        LogLevel.Information,
        "During a restart two processes run {Services}. If that must not be: AddServingHostedService, AddExclusiveHostedService",
        EventName = "PlainServices")]
    internal static partial void PlainServices(this ILogger logger, string services);

    [LoggerMessage(
        917,
        LogLevel.Error,
        "{Service} has run in this process and did not start again; it is tried again in {Pause}",
        EventName = "TermServiceStartsLater")]
    internal static partial void TermServiceStartsLater(this ILogger logger, Exception exception, string service, TimeSpan pause);

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

using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>Several servers in one process: 440 to 459.</content>
internal static partial class Log
{
    [LoggerMessage(440, LogLevel.Information, "Ready; waiting for {Servers}", EventName = "ServersAwaited")]
    internal static partial void ServersAwaited(this ILogger logger, string servers);

    [LoggerMessage(
        441,
        LogLevel.Error,
        "Process {Pid} was not ready within {Limit}: it waited for {Servers}. It has accepted nothing, and ends",
        EventName = "ServersNotReady")]
    internal static partial void ServersNotReady(this ILogger logger, int pid, string limit, string servers);

    [LoggerMessage(442, LogLevel.Error, "The start of {Server} has failed: {Reason}", EventName = "ServerFailed")]
    internal static partial void ServerFailed(this ILogger logger, string server, string reason);

    [LoggerMessage(
        443,
        LogLevel.Warning,
        "{Server} was added to process {Pid} after that was ready: its listeners are its own only while the predecessor lives, " +
            "and nobody accepts there until it does. Add all servers before the first is started",
        EventName = "ServerLate")]
    internal static partial void ServerLate(this ILogger logger, string server, int pid);
}

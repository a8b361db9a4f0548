using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>Connections that move: 305 and 306.</content>
internal static partial class Log
{
    [LoggerMessage(
        305,
        LogLevel.Information,
        "Idle connections between this process and {Pid}: {Sent} moved there, {Received} came",
        EventName = "ConnectionsMoved")]
    internal static partial void ConnectionsMoved(this ILogger logger, int pid, int sent, int received);

    [LoggerMessage(
        306,
        LogLevel.Warning,
        "{Count} idle connections could not move to process {Pid}, and no more do: {Reason}",
        EventName = "ConnectionsNotMoved")]
    internal static partial void ConnectionsNotMoved(this ILogger logger, int count, int pid, string reason);
}

using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>Named sockets and handles: 113 to 119.</content>
internal static partial class Log
{
    [LoggerMessage(
        113,
        LogLevel.Information,
        "Listening on {Listener} in place of {Older}, which the predecessor has under the same name: that one is closed when " +
            "the predecessor has gone",
        EventName = "ListenerMoved")]
    internal static partial void ListenerMoved(this ILogger logger, string listener, string older);

    [LoggerMessage(
        114,
        LogLevel.Warning,
        "Closed {Handle}: it was passed on, and the new process has not taken it",
        EventName = "HandleNotTaken")]
    internal static partial void HandleNotTaken(this ILogger logger, string handle);
}

using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>800: the control socket, and what operators ask for.</content>
internal static partial class Log
{
    [LoggerMessage(800, LogLevel.Information, "Control socket: {Path}", EventName = "ControlListening")]
    internal static partial void ControlListening(this ILogger logger, string path);

    [LoggerMessage(
        801, LogLevel.Warning, "No control socket: {Reason}; the service goes on without", EventName = "ControlUnavailable")]
    internal static partial void ControlUnavailable(this ILogger logger, string reason);

    [LoggerMessage(
        802,
        LogLevel.Warning,
        "Refused process {PeerPid} of user {PeerUid} on the control socket: only user {Uid} and root may ask",
        EventName = "ControlRefused")]
    internal static partial void ControlRefused(this ILogger logger, int peerPid, uint peerUid, uint uid);

    [LoggerMessage(803, LogLevel.Information, "{Command} asked by {Trigger}", EventName = "ControlAsked")]
    internal static partial void ControlAsked(this ILogger logger, string command, RestartTrigger trigger);

    [LoggerMessage(
        804,
        LogLevel.Warning,
        "Dropped {Trigger} on the control socket: {Reason}; what it asked for goes on",
        EventName = "ControlDropped")]
    internal static partial void ControlDropped(this ILogger logger, string trigger, string reason);

    [LoggerMessage(
        805, LogLevel.Error, "A conversation on the control socket failed; the service goes on", EventName = "ControlFailed")]
    internal static partial void ControlFailed(this ILogger logger, Exception exception);

    [LoggerMessage(
        806,
        LogLevel.Information,
        "The name {Name} is held by process {Holder}; process {Pid} serves beside it",
        EventName = "NameTaken")]
    internal static partial void NameTaken(this ILogger logger, string name, int holder, int pid);

    [LoggerMessage(
        807, LogLevel.Warning, "A takeover by {Trigger} was refused: {Reason}", EventName = "TakeOverRefused")]
    internal static partial void TakeOverRefused(this ILogger logger, RestartTrigger trigger, string reason);
}

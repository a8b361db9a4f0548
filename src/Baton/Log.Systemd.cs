using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>systemd: 700 to 799.</content>
internal static partial class Log
{
    [LoggerMessage(
        700,
        LogLevel.Warning,
        "Could not tell systemd: {Reason}; the service goes on, and this is logged once",
        EventName = "NotifyFailed")]
    internal static partial void NotifyFailed(this ILogger logger, string reason);

    [LoggerMessage(
        701,
        LogLevel.Warning,
        "Ignored NOTIFY_SOCKET={Value}: {Reason}; systemd is told nothing",
        EventName = "NotifySocketIgnored")]
    internal static partial void NotifySocketIgnored(this ILogger logger, string value, string reason);

    [LoggerMessage(702, LogLevel.Information, "Got {Listener} from {Manager}", EventName = "ActivatedSocketTaken")]
    internal static partial void ActivatedSocketTaken(this ILogger logger, string listener, string manager);

    [LoggerMessage(
        703,
        LogLevel.Warning,
        "Left descriptor {Number}, named {Name}, alone: {Manager} passed it, but it is no listening stream socket. Successors " +
            "don't get it",
        EventName = "ActivatedSocketLeft")]
    internal static partial void ActivatedSocketLeft(this ILogger logger, int number, string name, string manager);

    [LoggerMessage(
        704,
        LogLevel.Warning,
        "Ignored {What}={Value} of systemd's socket activation: {Reason}",
        EventName = "ActivationIgnored")]
    internal static partial void ActivationIgnored(this ILogger logger, string what, string value, string reason);

    [LoggerMessage(
        705,
        LogLevel.Warning,
        "Could not store {Listener} with systemd: {Reason}; after a crash it is bound anew",
        EventName = "NotStored")]
    internal static partial void NotStored(this ILogger logger, string listener, string reason);

    [LoggerMessage(
        706, LogLevel.Debug, "systemd is the parent of process {Pid} now, and was told to look", EventName = "Adopted")]
    internal static partial void Adopted(this ILogger logger, int pid);

    [LoggerMessage(
        707,
        LogLevel.Warning,
        "systemd won't wait for process {Pid} when the service is stopped, since it does not know it as its own: {Reason}. An " +
            "ExecStop= that waits is needed",
        EventName = "NotAdopted")]
    internal static partial void NotAdopted(this ILogger logger, int pid, string reason);
}

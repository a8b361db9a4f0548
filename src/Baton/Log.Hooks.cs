using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>Signals and hooks: 850 to 899.</content>
internal static partial class Log
{
    [LoggerMessage(850, LogLevel.Information, "{Signal} ignored: {Reason}", EventName = "SignalIgnored")]
    internal static partial void SignalIgnored(this ILogger logger, string signal, string reason);

    [LoggerMessage(851, LogLevel.Information, "{Signal} arrived: hooks are called, no more", EventName = "SignalForHooks")]
    internal static partial void SignalForHooks(this ILogger logger, string signal);

    [LoggerMessage(852, LogLevel.Information, "Calling {Count} hooks {Moment}", EventName = "HooksCalled")]
    internal static partial void HooksCalled(this ILogger logger, int count, string moment);

    [LoggerMessage(853, LogLevel.Error, "A hook {Moment} failed; things go on without it", EventName = "HookFailed")]
    internal static partial void HookFailed(this ILogger logger, Exception exception, string moment);

    [LoggerMessage(
        854,
        LogLevel.Warning,
        "The hooks {Moment} are given up: {Reason}; things go on without them",
        EventName = "HooksGivenUp")]
    internal static partial void HooksGivenUp(this ILogger logger, string moment, string reason);

    [LoggerMessage(
        855,
        LogLevel.Warning,
        "A hook has set {Variable} for the successor, which hooks can't set: dropped",
        EventName = "HookVariableDropped")]
    internal static partial void HookVariableDropped(this ILogger logger, string variable);
}

using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>What must not hold up or break a step of the lifecycle: 320 to 329 and 430 to 439.</content>
internal static partial class Log
{
    [LoggerMessage(
        320,
        LogLevel.Warning,
        "Successor {SuccessorPid}, which was rolled back, asked for force by {Trigger}; it is not for process {Pid}, which " +
            "serves",
        EventName = "ForceIgnored")]
    internal static partial void ForceIgnored(this ILogger logger, int successorPid, RestartTrigger trigger, int pid);

    [LoggerMessage(
        321,
        LogLevel.Warning,
        "The predecessor asked for force by {Trigger}; ignored, as process {Pid} does not shut down",
        EventName = "PredecessorForceIgnored")]
    internal static partial void PredecessorForceIgnored(this ILogger logger, RestartTrigger trigger, int pid);

    [LoggerMessage(
        322,
        LogLevel.Information,
        "Force by {Trigger} waits until the predecessor serves again: process {Pid} has stopped accepting",
        EventName = "ForceHeld")]
    internal static partial void ForceHeld(this ILogger logger, RestartTrigger trigger, int pid);

    [LoggerMessage(
        323,
        LogLevel.Error,
        "Successor {SuccessorPid}, which was rolled back, is killed: {Services} had not stopped in it within {Limit}",
        EventName = "SuccessorInTheWay")]
    internal static partial void SuccessorInTheWay(this ILogger logger, int successorPid, string services, TimeSpan limit);

    [LoggerMessage(
        324,
        LogLevel.Warning,
        "{Unfinished} within {Limit}: the successor serves without its exclusive services until process {Pid} has ended",
        EventName = "ExclusiveLeftBehind")]
    internal static partial void ExclusiveLeftBehind(this ILogger logger, string unfinished, TimeSpan limit, int pid);

    [LoggerMessage(
        325,
        LogLevel.Warning,
        "The lock of exclusive services was {Former} and is now {Path}: process {Pid} runs them only while it has the " +
            "locks of both",
        EventName = "ExclusiveLockMoved")]
    internal static partial void ExclusiveLockMoved(this ILogger logger, string former, string path, int pid);

    [LoggerMessage(326, LogLevel.Warning, "{Decision} asked by {Trigger}", EventName = "DecisionAsked")]
    internal static partial void DecisionAsked(this ILogger logger, string decision, RestartTrigger trigger);

    [LoggerMessage(327, LogLevel.Warning, "{Decision} by {Trigger} was refused: {Reason}", EventName = "DecisionRefused")]
    internal static partial void DecisionRefused(this ILogger logger, string decision, RestartTrigger trigger, string reason);

    [LoggerMessage(
        328,
        LogLevel.Warning,
        "Process {Pid} gives back to its predecessor: {Reason}",
        EventName = "GivingBackAsAsked")]
    internal static partial void GivingBackAsAsked(this ILogger logger, int pid, string reason);

    [LoggerMessage(416, LogLevel.Information, "The traffic of successor {SuccessorPid} is {Judgement}", EventName = "Judged")]
    internal static partial void Judged(this ILogger logger, int successorPid, string judgement);

    [LoggerMessage(
        417,
        LogLevel.Warning,
        "The application's judge of successor {SuccessorPid} failed or took too long: it decides nothing",
        EventName = "JudgeFailed")]
    internal static partial void JudgeFailed(this ILogger logger, Exception exception, int successorPid);

    [LoggerMessage(
        430,
        LogLevel.Warning,
        "{Lines} log lines of Baton are missing here: the application's logger did not take them in time",
        EventName = "LogLinesLost")]
    internal static partial void LogLinesLost(this ILogger logger, int lines);

    [LoggerMessage(
        431,
        LogLevel.Error,
        "A callback of the application on the token of a ServingTerm failed; nothing depends on it",
        EventName = "AcceptCallbackFailed")]
    internal static partial void AcceptCallbackFailed(this ILogger logger, Exception exception);

    [LoggerMessage(432, LogLevel.Error, "{Effect} failed; the step of the lifecycle goes on without", EventName = "EffectFailed")]
    internal static partial void EffectFailed(this ILogger logger, Exception exception, string effect);
}

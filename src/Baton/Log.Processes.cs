using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>Processes and what bounds them: 210 to 220.</content>
internal static partial class Log
{
    [LoggerMessage(
        210,
        LogLevel.Warning,
        "Process {Pid} stays the first that the kernel ends where memory is short (oom_score_adj): {Problem}",
        EventName = "OomScoreNotRestored")]
    internal static partial void OomScoreNotRestored(this ILogger logger, int pid, string problem);

    [LoggerMessage(
        217,
        LogLevel.Information,
        "Process {Pid} starts with its usual priority, as it could not raise a lower one again: {Problem}",
        EventName = "NoGentleStart")]
    internal static partial void NoGentleStart(this ILogger logger, int pid, string problem);

    [LoggerMessage(
        218,
        LogLevel.Warning,
        "Process {Pid} serves with a lower priority than its predecessor had: {Problem}",
        EventName = "PriorityNotRestored")]
    internal static partial void PriorityNotRestored(this ILogger logger, int pid, string problem);

    [LoggerMessage(
        219,
        LogLevel.Warning,
        "The parent of this service, baton run, process {RunPid}, has ended; process {Pid} serves on. Nothing starts it again " +
            "after a crash, and signals must be sent to it",
        EventName = "RunParentGone")]
    internal static partial void RunParentGone(this ILogger logger, int runPid, int pid);

    [LoggerMessage(
        211,
        LogLevel.Warning,
        "Successor {SuccessorPid} has crashed and {Dump}: it may take {Limit}",
        EventName = "CrashDumpAwaited")]
    internal static partial void CrashDumpAwaited(this ILogger logger, int successorPid, string dump, TimeSpan limit);

    [LoggerMessage(
        212,
        LogLevel.Debug,
        "What operations need could not all be loaded before one is asked for",
        EventName = "RehearsalFailed")]
    internal static partial void RehearsalFailed(this ILogger logger, Exception exception);

    [LoggerMessage(
        220, LogLevel.Information, "Process {TakerPid} takes over by itself: {Program}", EventName = "TakerAdopted")]
    internal static partial void TakerAdopted(this ILogger logger, int takerPid, string program);
}

using Microsoft.Extensions.Logging;

namespace Baton;

/// <summary>
/// Every log line of the core. Ids and names are a contract: 100 listeners, 200 processes, 300 handover, 400 lifecycle, 500
/// drain, 600 pid file; in files of their own 700 systemd, 800 control socket, 850 signals and hooks, 860 telemetry.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "Listening on {Listener} (inherited)", EventName = "ListenerInherited")]
    internal static partial void ListenerInherited(this ILogger logger, string listener);

    [LoggerMessage(101, LogLevel.Information, "Listening on {Listener} (bound)", EventName = "ListenerBound")]
    internal static partial void ListenerBound(this ILogger logger, string listener);

    [LoggerMessage(
        102,
        LogLevel.Information,
        "Closed {Listener}: inherited, but this configuration does not use it",
        EventName = "ListenerUnclaimed")]
    internal static partial void ListenerUnclaimed(this ILogger logger, string listener);

    [LoggerMessage(103, LogLevel.Information, "Closed {Listener}: the server no longer uses it", EventName = "ListenerClosed")]
    internal static partial void ListenerClosed(this ILogger logger, string listener);

    [LoggerMessage(
        104,
        LogLevel.Warning,
        "Removed {Path}: a process that is gone left it behind, nobody listened there",
        EventName = "StalePathTakenOver")]
    internal static partial void StalePathTakenOver(this ILogger logger, string path);

    [LoggerMessage(
        110,
        LogLevel.Warning,
        "The file of the inherited listener {Listener} is gone, or another's: nobody finds it there, so it is bound anew",
        EventName = "ListenerPathLost")]
    internal static partial void ListenerPathLost(this ILogger logger, string listener);

    [LoggerMessage(
        112,
        LogLevel.Information,
        "Listening on {Listener} (bound beside {Older}, which the predecessor listens on: that one is accepted on too until " +
            "the predecessor has gone)",
        EventName = "ListenerBoundBeside")]
    internal static partial void ListenerBoundBeside(this ILogger logger, string listener, string older);

    [LoggerMessage(
        111, LogLevel.Warning, "The control socket {Path} is gone, or another's: it is made anew", EventName = "ControlPathLost")]
    internal static partial void ControlPathLost(this ILogger logger, string path);

    [LoggerMessage(200, LogLevel.Information, "Started successor {SuccessorPid}: {Program}", EventName = "SuccessorStarted")]
    internal static partial void SuccessorStarted(this ILogger logger, int successorPid, string program);

    [LoggerMessage(
        201,
        LogLevel.Information,
        "Successor {SuccessorPid} {ExitStatus}; process {Pid} is still there",
        EventName = "SuccessorGone")]
    internal static partial void SuccessorGone(this ILogger logger, int successorPid, string exitStatus, int pid);

    [LoggerMessage(
        202,
        LogLevel.Warning,
        "The thread pool of process {Pid} is stuck with {Pending} items waiting; adding threads so that signals are noticed",
        EventName = "ThreadPoolStarved")]
    internal static partial void ThreadPoolStarved(this ILogger logger, int pid, long pending);

    [LoggerMessage(
        203,
        LogLevel.Error,
        "Successor {SuccessorPid} was killed but has not ended within {Limit}; nothing of this process depends on it",
        EventName = "SuccessorNotReaped")]
    internal static partial void SuccessorNotReaped(this ILogger logger, int successorPid, TimeSpan limit);

    [LoggerMessage(300, LogLevel.Information, "Successor {SuccessorPid}: {Phase}", EventName = "SuccessorProgress")]
    internal static partial void SuccessorProgress(this ILogger logger, int successorPid, string phase);

    [LoggerMessage(
        301,
        LogLevel.Warning,
        "Ignored {Variable}={Value}: {Reason}; starting as a first generation",
        EventName = "HandoverIgnored")]
    internal static partial void HandoverIgnored(this ILogger logger, string variable, string value, string reason);

    [LoggerMessage(
        302,
        LogLevel.Information,
        "Generation {Generation}, process {Pid}, takes over from process {PredecessorPid} with {Listeners} listeners",
        EventName = "HandoverBegun")]
    internal static partial void HandoverBegun(this ILogger logger, int generation, int pid, int predecessorPid, int listeners);

    [LoggerMessage(303, LogLevel.Information, "Predecessor {PredecessorPid} has gone", EventName = "PredecessorGone")]
    internal static partial void PredecessorGone(this ILogger logger, int predecessorPid);

    [LoggerMessage(
        304,
        LogLevel.Warning,
        "The handover channel broke after the handover: {Reason}; nothing depends on it any more",
        EventName = "ChannelBroken")]
    internal static partial void ChannelBroken(this ILogger logger, string reason);

    [LoggerMessage(
        400, LogLevel.Information, "Process {Pid}, generation {Generation}: {Previous} -> {State}", EventName = "StateChanged")]
    internal static partial void StateChanged(
        this ILogger logger, int pid, int generation, ProcessState previous, ProcessState state);

    [LoggerMessage(401, LogLevel.Information, "Restart asked by {Trigger}", EventName = "RestartAsked")]
    internal static partial void RestartAsked(this ILogger logger, RestartTrigger trigger);

    [LoggerMessage(402, LogLevel.Warning, "Restart asked by {Trigger} refused: {Reason}", EventName = "RestartRefused")]
    internal static partial void RestartRefused(this ILogger logger, RestartTrigger trigger, string reason);

    [LoggerMessage(403, LogLevel.Information, "Restart asked by {Trigger} is held until {Until}", EventName = "RestartHeld")]
    internal static partial void RestartHeld(this ILogger logger, RestartTrigger trigger, string until);

    [LoggerMessage(404, LogLevel.Error, "Restart failed: {Reason}", EventName = "RestartFailed")]
    internal static partial void RestartFailed(this ILogger logger, string reason);

    [LoggerMessage(
        405,
        LogLevel.Information,
        "Handed over to process {SuccessorPid}, generation {SuccessorGeneration}, {Milliseconds} ms after the request",
        EventName = "HandedOver")]
    internal static partial void HandedOver(this ILogger logger, int successorPid, int successorGeneration, long milliseconds);

    [LoggerMessage(406, LogLevel.Information, "Shutdown asked by {Trigger}", EventName = "ShutdownAsked")]
    internal static partial void ShutdownAsked(this ILogger logger, RestartTrigger trigger);

    [LoggerMessage(407, LogLevel.Critical, "Process {Pid} ends at once: {Reason}", EventName = "ProcessEnded")]
    internal static partial void ProcessEnded(this ILogger logger, int pid, string reason);

    [LoggerMessage(
        408,
        LogLevel.Error,
        "A step of the lifecycle failed; the state stays as it is and the service goes on",
        EventName = "LoopFailed")]
    internal static partial void LoopFailed(this ILogger logger, Exception exception);

    [LoggerMessage(
        409,
        LogLevel.Error,
        "Rolled back: successor {SuccessorPid} {What}. Process {Pid} serves again, {Milliseconds} ms after that was " +
            "noticed{KnownLoss}",
        EventName = "RolledBack")]
    internal static partial void RolledBack(
        this ILogger logger, int successorPid, string what, int pid, long milliseconds, string knownLoss);

    [LoggerMessage(
        410, LogLevel.Error, "Process {Pid} asks its predecessor to take over again: {Reason}", EventName = "GivingBack")]
    internal static partial void GivingBack(this ILogger logger, int pid, string reason);

    [LoggerMessage(
        411, LogLevel.Error, "Process {Pid} goes on serving although it is unhealthy: {Reason}", EventName = "NotTakenBack")]
    internal static partial void NotTakenBack(this ILogger logger, int pid, string reason);

    [LoggerMessage(
        412,
        LogLevel.Warning,
        "Process {Pid} is unhealthy, and there is no predecessor to take over again: {Reason}",
        EventName = "UnhealthyIgnored")]
    internal static partial void UnhealthyIgnored(this ILogger logger, int pid, string reason);

    [LoggerMessage(
        413,
        LogLevel.Information,
        "Started process {SuccessorPid}, generation {SuccessorGeneration}, in place of this one, {Milliseconds} ms after the " +
            "request",
        EventName = "StartedInPlace")]
    internal static partial void StartedInPlace(
        this ILogger logger, int successorPid, int successorGeneration, long milliseconds);

    [LoggerMessage(
        414,
        LogLevel.Warning,
        "Forced process {OlderPid}, generation {OlderGeneration}, to end: {Reason}",
        EventName = "GenerationForced")]
    internal static partial void GenerationForced(this ILogger logger, int olderPid, int olderGeneration, RestartTrigger reason);

    [LoggerMessage(
        415,
        LogLevel.Information,
        "Restart asked by {Trigger} is passed on to process {SuccessorPid}, which serves now",
        EventName = "RestartPassedOn")]
    internal static partial void RestartPassedOn(this ILogger logger, RestartTrigger trigger, int successorPid);

    [LoggerMessage(
        420,
        LogLevel.Warning,
        "Predecessor {PredecessorPid} died before it handed over: process {Pid} has its listeners, and serves as soon as it is " +
            "ready",
        EventName = "LeftAlone")]
    internal static partial void LeftAlone(this ILogger logger, int pid, int predecessorPid);

    [LoggerMessage(
        421,
        LogLevel.Warning,
        "Process {Pid} is ready, but its predecessor has not answered for {Seconds} s; it waits until that answers or ends",
        EventName = "PredecessorSilent")]
    internal static partial void PredecessorSilent(this ILogger logger, int pid, double seconds);

    [LoggerMessage(
        422,
        LogLevel.Warning,
        "Process {Pid} is ready, but could not say so to its predecessor: {Reason}",
        EventName = "ReadyNotTaken")]
    internal static partial void ReadyNotTaken(this ILogger logger, int pid, string reason);

    [LoggerMessage(500, LogLevel.Information, "Process {Pid} drained in {Milliseconds} ms", EventName = "Drained")]
    internal static partial void Drained(this ILogger logger, int pid, long milliseconds);

    [LoggerMessage(
        501,
        LogLevel.Warning,
        "Process {Pid} forced by {Trigger}: cut {Connections} connections and {Requests} requests",
        EventName = "Forced")]
    internal static partial void Forced(this ILogger logger, int pid, RestartTrigger trigger, int connections, int requests);

    [LoggerMessage(
        502, LogLevel.Error, "Draining failed; what is left is waited for until the drain timeout", EventName = "DrainFailed")]
    internal static partial void DrainFailed(this ILogger logger, Exception exception);

    [LoggerMessage(
        510,
        LogLevel.Information,
        "Process {Pid} has reached {Trigger}: nothing is in progress, idle connections are closed",
        EventName = "NothingCut")]
    internal static partial void NothingCut(this ILogger logger, int pid, RestartTrigger trigger);

    [LoggerMessage(
        511,
        LogLevel.Information,
        "Process {Pid} {What} connections for up to {Seconds} s more before it stops",
        EventName = "ShutdownGraceBegun")]
    internal static partial void ShutdownGraceBegun(this ILogger logger, int pid, double seconds, string what);

    [LoggerMessage(
        600,
        LogLevel.Error,
        "Could not write {Pid} to the pid file {Path}: {Reason}; the service goes on without",
        EventName = "PidFileFailed")]
    internal static partial void PidFileFailed(this ILogger logger, string path, int pid, string reason);

    [LoggerMessage(601, LogLevel.Warning, "Could not remove {Path}: {Reason}", EventName = "PidFileLeft")]
    internal static partial void PidFileLeft(this ILogger logger, string path, string reason);

    [LoggerMessage(
        611,
        LogLevel.Information,
        "Successors get {Variable}={Value} {Change}: {Reason}",
        EventName = "DiagnosticVariableChanged")]
    internal static partial void DiagnosticVariableChanged(
        this ILogger logger, string variable, string value, string change, string reason);

    [LoggerMessage(
        612, LogLevel.Information, "The terminal of process {Pid} was closed: the service ends", EventName = "TerminalClosed")]
    internal static partial void TerminalClosed(this ILogger logger, int pid);

    [LoggerMessage(
        613,
        LogLevel.Information,
        "The terminal of process {Pid} was closed; the service goes on, as it was started with hang-ups ignored",
        EventName = "HangUpIgnored")]
    internal static partial void HangUpIgnored(this ILogger logger, int pid);

    [LoggerMessage(
        614,
        LogLevel.Information,
        "The first process of the service led its session and has ended, so the terminal is gone; process {Pid} goes on",
        EventName = "TerminalLost")]
    internal static partial void TerminalLost(this ILogger logger, int pid);

    [LoggerMessage(
        615,
        LogLevel.Information,
        "Process {Pid} leaves a shell in its place, so that the terminal belongs to the service until that ends",
        EventName = "TerminalStandIn")]
    internal static partial void TerminalStandIn(this ILogger logger, int pid);

    [LoggerMessage(
        610,
        LogLevel.Warning,
        "The pid file {Path} was {What}: replaced by a file that names process {Pid}",
        EventName = "PidFileReplaced")]
    internal static partial void PidFileReplaced(this ILogger logger, string path, string what, int pid);
}

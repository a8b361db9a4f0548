using Microsoft.Extensions.Logging;

namespace Baton.AspNetCore;

/// <summary>Every log line of the ASP.NET Core part. Ids and names are a contract: 1000 to 1999.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Warning, "Warm-up: {Failure}", EventName = "WarmUpFailed")]
    internal static partial void WarmUpFailed(this ILogger logger, string failure);

    [LoggerMessage(1001, LogLevel.Information, "Warmed up with {Requests} requests in {Milliseconds} ms", EventName = "WarmedUp")]
    internal static partial void WarmedUp(this ILogger logger, int requests, long milliseconds);

    [LoggerMessage(1010, LogLevel.Information, "Warm-up: nothing is sent to {Endpoint}: {Why}", EventName = "WarmUpLeftOut")]
    internal static partial void WarmUpLeftOut(this ILogger logger, string endpoint, string why);

    [LoggerMessage(
        1011,
        LogLevel.Error,
        "Connection {Connection} was told to end, and a callback of the application failed",
        EventName = "CloseRequestFailed")]
    internal static partial void CloseRequestFailed(this ILogger logger, string connection, Exception exception);

    [LoggerMessage(
        1015,
        LogLevel.Information,
        "{Count} idle connections moved to the process that serves",
        EventName = "IdleConnectionsMoved")]
    internal static partial void IdleConnectionsMoved(this ILogger logger, int count);

    [LoggerMessage(
        1013,
        LogLevel.Warning,
        "An idle connection of {Listener} could not move, and was closed: its client has gone, or not all that it sent arrived",
        EventName = "ConnectionLost")]
    internal static partial void ConnectionLost(this ILogger logger, string listener);

    [LoggerMessage(
        1014,
        LogLevel.Debug,
        "A connection of {Listener} that came from another process was closed meanwhile: {Reason}",
        EventName = "MovedConnectionGone")]
    internal static partial void MovedConnectionGone(this ILogger logger, string listener, string reason);

    [LoggerMessage(
        1012,
        LogLevel.Information,
        "Closed {Count} long-lived connections, so that their clients come back: {Kinds}",
        EventName = "LongLivedClosed")]
    internal static partial void LongLivedClosed(this ILogger logger, int count, string kinds);

    [LoggerMessage(
        1020,
        LogLevel.Information,
        "{EndPoint} is not listened on for now: process state {State}, and another process of this service has the address " +
            "or is to have it",
        EventName = "ListenerPostponed")]
    internal static partial void ListenerPostponed(this ILogger logger, string endPoint, ProcessState state);

    [LoggerMessage(
        1016,
        LogLevel.Warning,
        "Requests that a newer process forwards can't be served here; it answers them itself",
        EventName = "RequestsNotTaken")]
    internal static partial void RequestsNotTaken(this ILogger logger, Exception exception);

    [LoggerMessage(
        1017,
        LogLevel.Warning,
        "This version of SignalR has no {Type} that can be asked for its connections: during a restart, requests of long " +
            "polling and server-sent events may get 404, and their clients connect anew",
        EventName = "HubsNotKnown")]
    internal static partial void HubsNotKnown(this ILogger logger, string type);

    [LoggerMessage(
        1021,
        LogLevel.Error,
        "{EndPoint} can't be listened on, also not within {Limit} since no other process of this service lives: {Reason}",
        EventName = "ListenerGivenUp")]
    internal static partial void ListenerGivenUp(this ILogger logger, string endPoint, string reason, TimeSpan limit);

    [LoggerMessage(
        1022,
        LogLevel.Warning,
        "HTTP/3 on {EndPoint} is not handed over at a restart: its connections end with this process, and new ones may reach " +
            "either process until then. HTTP/1.1 and HTTP/2 on the same port are (docs/sockets.md)",
        EventName = "QuicNotHandedOver")]
    internal static partial void QuicNotHandedOver(this ILogger logger, string endPoint);

    [LoggerMessage(
        1050, LogLevel.Information, "{Scheme} {Server} listening on [{Address}] ({Origin})", EventName = "ServerListening")]
    internal static partial void ServerListening(
        this ILogger logger, string scheme, string server, string address, string origin);

    [LoggerMessage(
        1051, LogLevel.Information, "{Server} listening on [{Address}] ({Origin})", EventName = "ServerListeningLater")]
    internal static partial void ServerListeningLater(this ILogger logger, string server, string address, string origin);

    [LoggerMessage(
        1100,
        LogLevel.Warning,
        "Refused {Operation} asked by {Trigger}: {Rule}. Host {Host}, origin {Origin}",
        EventName = "AdminRefused")]
    internal static partial void AdminRefused(
        this ILogger logger, string operation, string trigger, string rule, string host, string origin);

    [LoggerMessage(1101, LogLevel.Warning, "Dropped {Trigger}: {Reason}; what it asked for goes on", EventName = "AdminDropped")]
    internal static partial void AdminDropped(this ILogger logger, string trigger, string reason);
}

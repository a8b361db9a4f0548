using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>State that goes over: 870 to 889.</content>
internal static partial class Log
{
    [LoggerMessage(
        870,
        LogLevel.Information,
        "State {Name}: {Bytes} bytes of version {Version} saved in {Milliseconds} ms",
        EventName = "StateSaved")]
    internal static partial void StateSaved(this ILogger logger, string name, long bytes, int version, long milliseconds);

    [LoggerMessage(
        871,
        LogLevel.Information,
        "State {Name}: {Bytes} bytes of version {Version} loaded in {Milliseconds} ms",
        EventName = "StateLoaded")]
    internal static partial void StateLoaded(this ILogger logger, string name, long bytes, int version, long milliseconds);

    [LoggerMessage(
        872,
        LogLevel.Warning,
        "State {Name} could not be saved and is optional: the other process goes on without it. {Reason}",
        EventName = "StateLeftOut")]
    internal static partial void StateLeftOut(this ILogger logger, string name, string reason);

    [LoggerMessage(
        873,
        LogLevel.Warning,
        "State {Name} was passed on, and process {Pid} has none of that name: it is lost here",
        EventName = "StateUnknown")]
    internal static partial void StateUnknown(this ILogger logger, string name, int pid);

    [LoggerMessage(
        874,
        LogLevel.Warning,
        "State {Name} was not passed on by process {Predecessor}: process {Pid} starts without it",
        EventName = "StateMissing")]
    internal static partial void StateMissing(this ILogger logger, string name, int predecessor, int pid);

    [LoggerMessage(
        875,
        LogLevel.Warning,
        "The successor has a version of Baton without state, and starts without: {Names}",
        EventName = "StateNotPassed")]
    internal static partial void StateNotPassed(this ILogger logger, string names);

    [LoggerMessage(
        876,
        LogLevel.Error,
        "State could not be loaded, and no other process can serve: process {Pid} serves without it. {Reason}",
        EventName = "StateLost")]
    internal static partial void StateLost(this ILogger logger, int pid, string reason);

    [LoggerMessage(
        877,
        LogLevel.Warning,
        "Process {Pid} serves again with the state that it had when it handed over: {Reason}",
        EventName = "StateNotHandedBack")]
    internal static partial void StateNotHandedBack(this ILogger logger, int pid, string reason);

    [LoggerMessage(
        878,
        LogLevel.Warning,
        "{Names} not passed on: state does not go over in a complete restart",
        EventName = "StateNotInComplete")]
    internal static partial void StateNotInComplete(this ILogger logger, string names);
}

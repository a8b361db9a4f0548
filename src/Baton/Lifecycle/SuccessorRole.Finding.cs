using Baton.Handover;
using Baton.Processes;
using Baton.Resources;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <content>How a process becomes a successor.</content>
internal sealed partial class SuccessorRole
{
    /// <summary>Reads and removes the variable; null in a first generation.</summary>
    internal static SuccessorRole? Find(
        ResourceRegistry listeners, OlderGenerations older, RestarterOptions options, ILogger logger)
    {
        string? address = Environment.GetEnvironmentVariable(HandoverProtocol.EnvironmentVariable);
        if (address is null)
        {
            return null;
        }

        Environment.SetEnvironmentVariable(HandoverProtocol.EnvironmentVariable, null);
        if (HandoverAddress.Open(address, out int predecessorPid, out string problem) is { } socket)
        {
            var predecessor = WatchedProcess.Watch(predecessorPid);
            return new SuccessorRole(
                _ => PredecessorLink.Greet(
                    socket, listeners.Unclaimed, Program, options.HandshakeTimeout, options.Tap, predecessor),
                predecessorPid, listeners, older, options, logger)
            {
                _predecessor = predecessor,
            };
        }

        logger.HandoverIgnored(HandoverProtocol.EnvironmentVariable, address, problem);
        return null;
    }

    /// <summary>The role of a process that takes over by itself.</summary>
    /// <param name="open">Opens the channel. It may wait, and fail.</param>
    /// <param name="predecessor">The predecessor as far as it is known; 0 if it is not.</param>
    internal static SuccessorRole Of(
        Func<OpenedChannel> open,
        int predecessor,
        ResourceRegistry listeners,
        OlderGenerations older,
        RestarterOptions options,
        ILogger logger) => new(
            role =>
            {
                OpenedChannel channel = open();
                role._pid = channel.Pid;
                var watched = WatchedProcess.Of(channel.Pid, channel.Pidfd);
                role._predecessor = watched;
                return PredecessorLink.Greet(
                    channel.Socket, listeners.Unclaimed, Program, options.HandshakeTimeout, options.Tap, watched);
            },
            predecessor, listeners, older, options, logger)
        {
            HasNotStartedThis = true,
        };
}

using System.Diagnostics;
using Baton.Interop;
using Baton.Resources;
using Baton.Processes;

namespace Baton.Handover;

/// <content>How a successor begins.</content>
internal sealed partial class SuccessorLink
{
    /// <summary>Starts the command as a successor of the given generation and begins to watch it.</summary>
    /// <exception cref="RestartException">It could not be started.</exception>
    internal static SuccessorLink Start(
        StartCommand command,
        IEnumerable<int> blockedSignals,
        ResourceRegistry listeners,
        int generation,
        TimeSpan frameLimit,
        Action<PeerEvent> post,
        Action<HandoverStep, HandoverMessage>? tap = null, Func<ActivityContext>? trace = null)
    {
        var environment = new Dictionary<string, string>(command.Environment)
        {
            [HandoverProtocol.EnvironmentVariable] = HandoverAddress.Format(
                HandoverProtocol.InheritedDescriptor, Environment.ProcessId),
        };
        return Begin(
            theirs => Spawner.Spawn(command, environment, theirs, HandoverProtocol.InheritedDescriptor, blockedSignals),
            ours => new ResourceSender(ours, listeners, generation) { Trace = trace },
            HandoverChannel.CreatePair(frameLimit, tap),
            post);
    }

    /// <summary>Adopts a process that takes over by itself as a successor, and begins to watch it.</summary>
    /// <exception cref="RestartException">It has left.</exception>
    internal static SuccessorLink Adopt(
        Taker taker,
        ResourceRegistry listeners,
        int generation,
        TimeSpan frameLimit,
        Action<PeerEvent> post,
        Action<HandoverStep, HandoverMessage>? tap = null, Func<ActivityContext>? trace = null) => Begin(
            taker.Adopt,
            ours => new ResourceSender(ours, listeners, generation) { Trace = trace },
            HandoverChannel.CreatePair(frameLimit, tap),
            post);

    /// <summary>
    /// Runs a start and a conversation without the start itself, so that the code is compiled before a restart needs it.
    /// </summary>
    internal static void Rehearse(StartCommand command)
    {
        (HandoverChannel ours, Descriptor theirs) = HandoverChannel.CreatePair(TimeSpan.Zero);
        using (theirs)
        using (ours)
        {
            Spawner.Rehearse(command);
            HandoverCodec.WarmUp();
        }
    }

    /// <summary>Gives the successor its end of the channel, and begins to watch it.</summary>
    private static SuccessorLink Begin(
        Func<Descriptor, SpawnedProcess> start,
        Func<HandoverChannel, ResourceSender> sender,
        (HandoverChannel Ours, Descriptor Theirs) channel,
        Action<PeerEvent> post)
    {
        try
        {
            using (channel.Theirs)
            {
                SuccessorLink link = new(() => start(channel.Theirs), channel.Ours, sender(channel.Ours), post);
                link.Watch();
                return link;
            }
        }
        catch
        {
            channel.Ours.Dispose();
            throw;
        }
    }
}

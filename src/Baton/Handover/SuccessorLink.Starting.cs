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
        (HandoverChannel ours, Descriptor theirs) = HandoverChannel.CreatePair(frameLimit, tap);
        try
        {
            using (theirs)
            {
                var environment = new Dictionary<string, string>(command.Environment)
                {
                    [HandoverProtocol.EnvironmentVariable] = HandoverAddress.Format(
                        HandoverProtocol.InheritedDescriptor, Environment.ProcessId),
                };
                SpawnedProcess spawn() =>
                    Spawner.Spawn(command, environment, theirs, HandoverProtocol.InheritedDescriptor, blockedSignals);
                SuccessorLink link = new(spawn, ours, new ResourceSender(ours, listeners, generation) { Trace = trace }, post);
                link.Watch();
                return link;
            }
        }
        catch
        {
            ours.Dispose();
            throw;
        }
    }

    /// <summary>Adopts a process that takes over by itself as a successor, and begins to watch it.</summary>
    /// <exception cref="RestartException">It has left.</exception>
    internal static SuccessorLink Adopt(
        Taker taker,
        ResourceRegistry listeners,
        int generation,
        TimeSpan frameLimit,
        Action<PeerEvent> post,
        Action<HandoverStep, HandoverMessage>? tap = null, Func<ActivityContext>? trace = null)
    {
        (HandoverChannel ours, Descriptor theirs) = HandoverChannel.CreatePair(frameLimit, tap);
        try
        {
            using (theirs)
            {
                var sender = new ResourceSender(ours, listeners, generation) { Trace = trace };
                SuccessorLink link = new(() => taker.Adopt(theirs), ours, sender, post);
                link.Watch();
                return link;
            }
        }
        catch
        {
            ours.Dispose();
            throw;
        }
    }

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
}

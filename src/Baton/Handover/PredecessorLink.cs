using System.Diagnostics;
using Baton.Interop;
using Baton.Resources;
using Baton.Processes;

namespace Baton.Handover;

/// <summary>
/// A channel to a process before this one. To the predecessor: takes over the listeners, says when this process is ready, and
/// learns what is decided. To a generation before that, whose channel was passed on: learns what it still has to do. Owns the
/// channel until it is passed on in turn.
/// </summary>
internal sealed class PredecessorLink : IDisposable
{
    // More than the kernel queues for one socket: what a dead process has said is read, what a copy of its channel goes on saying
    // is not.
    private const int MostLastWords = 1024;

    private readonly WatchedProcess? _watched;
    private readonly DetachRequest _detach = new();

    private PredecessorLink(HandoverChannel channel, OlderProcess process, int ownGeneration, WatchedProcess? watched = null) =>
        (Channel, Process, OwnGeneration, _watched) = (channel, process, ownGeneration, watched);

    /// <summary>To send; the link is its owner, and receives.</summary>
    internal HandoverChannel Channel { get; }

    /// <summary>Who is at the other end.</summary>
    internal OlderProcess Process { get; }

    /// <summary>This process's own generation, which the predecessor counts.</summary>
    internal int OwnGeneration { get; }

    /// <summary>The place of the restart in a trace; default for none.</summary>
    internal ActivityContext Trace { get; private init; }

    /// <summary>Introduces this process and receives the listeners into the registry.</summary>
    /// <param name="socket">The channel, which is the link's from now on.</param>
    /// <param name="listeners">Gets what the predecessor passes on.</param>
    /// <param name="program">Who this process is.</param>
    /// <param name="limit">How long the predecessor may take for an answer.</param>
    /// <param name="tap">For tests, see <see cref="HandoverChannel"/>.</param>
    /// <param name="watched">The predecessor: its end is the end of the conversation, whoever else has a copy of its channel. The
    /// caller's.</param>
    /// <exception cref="RestartException">The predecessor is gone, refused, does not answer in time, or breaks the
    /// protocol.</exception>
    internal static PredecessorLink Greet(
        Descriptor socket, UnclaimedResources listeners, string program, TimeSpan limit, Action<HandoverStep, HandoverMessage>? tap = null, WatchedProcess? watched = null)
    {
        var channel = new HandoverChannel(socket, limit, tap);
        try
        {
            // One that died meanwhile may have sent its listeners ahead; else that it is gone shows in a moment.
            channel.TrySend(new HandoverMessage.Hello(HandoverProtocol.MinVersion, HandoverProtocol.MaxVersion, Environment.ProcessId, program) 
            {
                TakesMore = true, Loads = ResourcePolicy.LoadedAtCommit,
            });
            HandoverMessage.Listeners first = ReceiveBatch(channel, listeners, limit);
            HandoverMessage.Listeners last = first;
            ActivityContext trace = first.Trace;
            while (last.More && !(last.All && HasEnded(channel, limit)))
            {
                last = ReceiveBatch(channel, listeners, limit);
                trace = trace == default ? last.Trace : trace;
            }

            return new PredecessorLink(channel, new OlderProcess(last.Pid, last.Generation - 1), last.Generation, watched) { Trace = trace };
        }
        catch (RestartException e)
        {
            channel.TrySend(new HandoverMessage.Failed(e.Message));
            channel.Dispose();
            throw;
        }
    }

    /// <summary>Takes over a channel to a generation before the predecessor.</summary>
    internal static PredecessorLink Adopt(OlderProcess process, Descriptor socket, int ownGeneration, TimeSpan limit) =>
        new(new HandoverChannel(socket, limit), process, ownGeneration);

    /// <summary>Hands on every further message, and null at the end; returns then, or when the channel was detached.</summary>
    /// <exception cref="RestartException">The peer breaks the protocol; the channel is closed.</exception>
    internal void Listen(Action<Received?> received)
    {
        try
        {
            int watched = _watched?.PidfdNumber ?? -1;
            for (int lastWords = 0; ;)
            {
                (bool said, bool detach, bool ended) = Poller.WaitRead(Channel.Number, _detach.Number, watched, Timeout.InfiniteTimeSpan);
                if (detach)
                {
                    _detach.Give(Channel.Detach());
                    return;
                }

                // What it said before its end comes first.
                Received? message = said && lastWords < MostLastWords ? Channel.Receive() : null;
                lastWords += ended ? 1 : 0;
                received(message);
                if (message is null)
                {
                    return;
                }

                // This process only finishes its work now. A later one that serves may get the other end, and goes on after this
                // predecessor's own end.
                watched = message.Message is HandoverMessage.TakenBack ? -1 : watched;
            }
        }
        finally
        {
            Channel.Dispose();
            _detach.Dispose();
        }
    }

    /// <summary>
    /// Stops listening, to pass the channel on. Null if it has ended, or its peer is in the middle of a message for longer than
    /// the limit.
    /// </summary>
    internal Descriptor? Detach(TimeSpan limit) => _detach.Ask(limit);

    public void Dispose() => Channel.Dispose();

    private static void Inherit(HandoverMessage.Listeners batch, Received received, UnclaimedResources listeners)
    {
        for (int i = 0; i < batch.Keys.Count; i++)
        {
            try
            {
                listeners.Inherit(ResourceKey.Parse(batch.Keys[i]), received.Descriptors[i], batch.Files.ElementAtOrDefault(i) ?? "");
            }
            catch (RestartException)
            {
                // Those before are the registry's by now.
                foreach (Descriptor descriptor in received.Descriptors.Skip(i))
                {
                    descriptor.Dispose();
                }

                throw;
            }
        }
    }

    // Whether nothing but the end is left to be read.
    private static bool HasEnded(HandoverChannel channel, TimeSpan limit) =>
        Poller.Wait(channel.Number, Libc.POLLIN, limit) && channel.IsAtEnd;

    private static HandoverMessage.Listeners ReceiveBatch(HandoverChannel channel, UnclaimedResources listeners, TimeSpan limit)
    {
        if (!Poller.Wait(channel.Number, Libc.POLLIN, limit))
        {
            throw new RestartException(
                RestartFailure.ProtocolError, $"The predecessor sent no listeners within {limit.TotalSeconds:0.###} s.");
        }

        Received received = channel.Receive() ?? throw new RestartException(RestartFailure.PeerLost, "The predecessor is gone.");
        if (received.Message is HandoverMessage.Listeners batch && batch.Keys.Count == received.Descriptors.Count)
        {
            Inherit(batch, received, listeners);
            return batch;
        }

        throw received.WithoutDescriptors() is HandoverMessage.Refused refused
            ? new RestartException(RestartFailure.ProtocolError, $"The predecessor refused: {refused.Reason}")
            : new RestartException(RestartFailure.ProtocolError, $"Instead of listeners came {received.Message.GetType().Name} with {received.Descriptors.Count} descriptors.");
    }
}

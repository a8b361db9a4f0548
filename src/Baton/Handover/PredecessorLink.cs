using System.Diagnostics;
using Baton.Interop;
using Baton.Resources;
using Baton.Processes;

namespace Baton.Handover;

/// <summary>
/// A channel to an older process. To the predecessor: receives the listeners, reports that this process is ready, and receives
/// the decision. To an older generation, whose channel was passed on: receives reports of its open work. Owns the channel until
/// it is passed on.
/// </summary>
internal sealed class PredecessorLink : IDisposable
{
    // More than the kernel queues for one socket: everything that a dead process sent is read, but not what a copy of its channel
    // goes on sending.
    private const int MostLastWords = 1024;

    private readonly WatchedProcess? _watched;
    private readonly DetachRequest _detach = new();

    private PredecessorLink(HandoverChannel channel, OlderProcess process, int ownGeneration, WatchedProcess? watched = null) =>
        (Channel, Process, OwnGeneration, _watched) = (channel, process, ownGeneration, watched);

    /// <summary>For sending; the link owns it and receives.</summary>
    internal HandoverChannel Channel { get; }

    /// <summary>The process at the other end.</summary>
    internal OlderProcess Process { get; }

    /// <summary>This process's generation, which the predecessor numbers.</summary>
    internal int OwnGeneration { get; }

    /// <summary>The place of the restart in a trace; default for none.</summary>
    internal ActivityContext Trace { get; private init; }

    /// <summary>Introduces this process and receives the listeners into the registry.</summary>
    /// <param name="socket">The channel; the link owns it from now on.</param>
    /// <param name="listeners">Receives the listeners of the predecessor.</param>
    /// <param name="program">The program of this process.</param>
    /// <param name="limit">The time limit for an answer of the predecessor.</param>
    /// <param name="tap">For tests, see <see cref="HandoverChannel"/>.</param>
    /// <param name="watched">The predecessor's process: its end ends the conversation, whoever else has a copy of the channel.
    /// The caller owns it.</param>
    /// <exception cref="RestartException">The predecessor is gone, refused, does not answer in time, or breaks the
    /// protocol.</exception>
    internal static PredecessorLink Greet(
        Descriptor socket,
        UnclaimedResources listeners,
        string program,
        TimeSpan limit,
        Action<HandoverStep, HandoverMessage>? tap = null,
        WatchedProcess? watched = null)
    {
        var channel = new HandoverChannel(socket, limit, tap);
        try
        {
            // A predecessor that died meanwhile may have sent its listeners before. Otherwise its end shows in a moment.
            channel.TrySend(new HandoverMessage.Hello(
                HandoverProtocol.MinVersion, HandoverProtocol.MaxVersion, Environment.ProcessId, program)
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

            return new PredecessorLink(channel, new OlderProcess(last.Pid, last.Generation - 1), last.Generation, watched)
            {
                Trace = trace,
            };
        }
        catch (RestartException e)
        {
            channel.TrySend(new HandoverMessage.Failed(e.Message));
            channel.Dispose();
            throw;
        }
    }

    /// <summary>Opens a way for requests that belong to the older process.</summary>
    /// <returns>Our end, which the caller owns.</returns>
    /// <exception cref="RestartException">The older process is gone, or takes no message.</exception>
    internal Descriptor OpenRequests()
    {
        (Descriptor ours, Descriptor theirs) = UnixStream.CreatePair();
        using (theirs)
        {
            try
            {
                Channel.Send(new HandoverMessage.RequestChannel(), [theirs.Number]);
                return ours;
            }
            catch
            {
                ours.Dispose();
                throw;
            }
        }
    }

    /// <summary>Takes over a channel to a generation before the predecessor.</summary>
    internal static PredecessorLink Adopt(OlderProcess process, Descriptor socket, int ownGeneration, TimeSpan limit) =>
        new(new HandoverChannel(socket, limit), process, ownGeneration);

    /// <summary>Passes on every message, and null at the end. Returns then, or when the channel was detached.</summary>
    /// <exception cref="RestartException">The peer breaks the protocol; the channel is closed.</exception>
    internal void Listen(Action<Received?> received)
    {
        try
        {
            int watched = _watched?.PidfdNumber ?? -1;
            for (int lastWords = 0; ;)
            {
                (bool said, bool detach, bool ended) = Poller.WaitRead(
                    Channel.Number, _detach.Number, watched, Timeout.InfiniteTimeSpan);
                if (detach)
                {
                    _detach.Give(Channel.Detach());
                    return;
                }

                // Messages before its end come first.
                Received? message = said && lastWords < MostLastWords ? Channel.Receive() : null;
                lastWords += ended ? 1 : 0;
                received(message);
                if (message is null)
                {
                    return;
                }

                // This process finishes its work. A later one may get the other end and go on after this predecessor has ended.
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
    /// Stops listening, so that the channel can be passed on. Null if it has ended, or the peer does not finish a message within
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
                listeners.Inherit(
                    ResourceKey.Parse(batch.Keys[i]), received.Descriptors[i], batch.Files.ElementAtOrDefault(i) ?? "");
            }
            catch (RestartException)
            {
                // The registry owns the earlier ones already.
                foreach (Descriptor descriptor in received.Descriptors.Skip(i))
                {
                    descriptor.Dispose();
                }

                throw;
            }
        }
    }

    // Whether only the end is left to read.
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
            : new RestartException(
                RestartFailure.ProtocolError,
                $"Instead of listeners came {received.Message.GetType().Name} with {received.Descriptors.Count} descriptors.");
    }
}

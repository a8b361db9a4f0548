using Baton.Interop;
using Baton.Listeners;

namespace Baton.Handover;

/// <summary>
/// The successor's side: takes over the listeners, says when it is ready, and learns what its predecessor decides. Owns the channel.
/// </summary>
internal sealed class PredecessorLink : IDisposable
{
    private readonly HandoverChannel _channel;

    private PredecessorLink(HandoverChannel channel, int pid, int generation) => (_channel, Pid, Generation) = (channel, pid, generation);

    internal int Pid { get; }

    /// <summary>This process's own generation, which the predecessor counts.</summary>
    internal int Generation { get; }

    /// <summary>Introduces this process and receives the listeners into the registry.</summary>
    /// <exception cref="RestartException">The predecessor is gone, refused, does not answer in time, or breaks the protocol.</exception>
    internal static PredecessorLink Greet(Descriptor socket, ListenerRegistry listeners, string program, TimeSpan limit)
    {
        var channel = new HandoverChannel(socket, limit);
        try
        {
            channel.Send(new HandoverMessage.Hello(HandoverProtocol.MinVersion, HandoverProtocol.MaxVersion, Environment.ProcessId, program));
            HandoverMessage.Listeners batch;
            do
            {
                batch = ReceiveBatch(channel, listeners, limit);
            }
            while (batch.More);
            return new PredecessorLink(channel, batch.Pid, batch.Generation);
        }
        catch (RestartException e)
        {
            TrySend(channel, new HandoverMessage.Failed(e.Message));
            channel.Dispose();
            throw;
        }
    }

    internal void Send(HandoverMessage message) => _channel.Send(message);

    /// <summary>Says something on which nothing depends, as far as it still can be said.</summary>
    internal void TrySend(HandoverMessage message) => TrySend(_channel, message);

    /// <summary>Hands on every further message, and null at the end, which closes the channel.</summary>
    /// <exception cref="RestartException">The peer breaks the protocol; the channel is closed.</exception>
    internal void Listen(Action<HandoverMessage?> received)
    {
        using (_channel)
        {
            HandoverMessage? message;
            do
            {
                Poller.Wait(_channel.Number, Libc.POLLIN, Timeout.InfiniteTimeSpan);
                message = _channel.Receive()?.WithoutDescriptors();
                received(message);
            }
            while (message is not null);
        }
    }

    public void Dispose() => _channel.Dispose();

    private static void TrySend(HandoverChannel channel, HandoverMessage message)
    {
        try
        {
            channel.Send(message);
        }
        catch (RestartException)
        {
            // Nobody is there to hear it; that the predecessor is gone arrives by itself.
        }
    }

    private static void Inherit(HandoverMessage.Listeners batch, Received received, ListenerRegistry listeners)
    {
        for (int i = 0; i < batch.Keys.Count; i++)
        {
            try
            {
                listeners.Inherit(ListenerKey.Parse(batch.Keys[i]), received.Descriptors[i]);
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

    private static HandoverMessage.Listeners ReceiveBatch(HandoverChannel channel, ListenerRegistry listeners, TimeSpan limit)
    {
        if (!Poller.Wait(channel.Number, Libc.POLLIN, limit))
        {
            throw new RestartException(RestartFailure.ProtocolError, $"The predecessor sent no listeners within {limit.TotalSeconds:0.###} s.");
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

using System.Threading.Channels;
using RestartLoad.Wire;

namespace RestartLoad.Http2;

/// <summary>
/// The queue of frames to send and the one loop that sends them. Whoever queues never waits for the peer, so the loop that
/// reads can answer a PING while an upload is stuck. Flow control bounds the queue.
/// </summary>
internal sealed class OutgoingFrames(Transport transport)
{
    private const int BatchLength = 64 * 1024;

    private readonly Channel<byte[]> _queue =
        Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>
    /// Frames queued after the end of the connection are dropped; their streams learn of the end from the reading side.
    /// </summary>
    public void Enqueue(Frame frame) => _queue.Writer.TryWrite(frame.Serialize());

    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>Sends until <see cref="Complete"/>; several small frames go in one write.</summary>
    public async Task SendAllAsync(byte[] preface, CancellationToken cancellation)
    {
        await transport.WriteAsync(preface, cancellation);
        using MemoryStream batch = new();
        while (await _queue.Reader.WaitToReadAsync(cancellation))
        {
            batch.SetLength(0);
            while (batch.Length < BatchLength && _queue.Reader.TryRead(out byte[]? frame))
            {
                batch.Write(frame);
            }

            await transport.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length), cancellation);
        }
    }
}

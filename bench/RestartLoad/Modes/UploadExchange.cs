using System.Globalization;
using System.Text;
using RestartLoad.Http1;
using RestartLoad.Wire;

namespace RestartLoad.Modes;

/// <summary>
/// A body sent over some hundred milliseconds, with Content-Length and in chunks by turns, and echoed meanwhile.
/// </summary>
internal sealed class UploadExchange(Target target, NumberRange bodyLength) : IExchange
{
    private const int Pieces = 16;

    private static readonly NumberRange Pause = new(10, 40);

    public async Task<int?> RunAsync(Http1Connection connection, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> body = Payload.OfLength(bodyLength.Pick());
        bool chunked = Random.Shared.Next(2) == 0;
        byte[] head = RequestHead.Post(target.Authority, "/echo", chunked ? null : body.Length);
        await connection.SendAsync(head, cancellation);

        // Both directions at once, or an echo larger than the kernel's buffers would stop the upload. A failure of one ends the
        // other.
        using CancellationTokenSource failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task sending = SendBodyAsync(connection, body, chunked, failed.Token);
        try
        {
            int? pid = await connection.ReceiveAsync(new EchoBody(body), TimeSpan.Zero, cancellation);
            await sending;
            return pid;
        }
        finally
        {
            await failed.CancelAsync();

            // If both failed, the answer's failure says more than the upload's.
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task SendBodyAsync(
        Http1Connection connection, ReadOnlyMemory<byte> body, bool chunked, CancellationToken cancellation)
    {
        int pieceLength = (body.Length + Pieces - 1) / Pieces;
        while (!body.IsEmpty)
        {
            await Task.Delay(Pause.PickMilliseconds(), cancellation);
            ReadOnlyMemory<byte> piece = body[..Math.Min(pieceLength, body.Length)];
            body = body[piece.Length..];
            await connection.SendAsync(chunked ? Chunk(piece.Span) : piece, cancellation);
        }

        if (chunked)
        {
            await connection.SendAsync("0\r\n\r\n"u8.ToArray(), cancellation);
        }
    }

    private static byte[] Chunk(ReadOnlySpan<byte> piece)
    {
        byte[] size = Encoding.ASCII.GetBytes(piece.Length.ToString("x", CultureInfo.InvariantCulture));
        return [.. size, .. "\r\n"u8, .. piece, .. "\r\n"u8];
    }
}

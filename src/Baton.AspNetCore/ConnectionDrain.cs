using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore;

/// <summary>Ends one connection with the answer to its next request.</summary>
internal static class ConnectionDrain
{
    private static readonly TimeSpan ShortestHold = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestHold = TimeSpan.FromMilliseconds(500);

    internal static Task EndWithAsync(HttpContext context)
    {
        TrackedConnection connection = context.Features.Get<TrackedConnection>()!;
        if (HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            return AnnounceAsync(connection);
        }

        context.Response.Headers.Connection = "close";
        return Task.CompletedTask;
    }

    /// <summary>
    /// The first GOAWAY names no last stream while a stream is active. Requests that the client sent before it saw that GOAWAY
    /// must arrive before the final one, which goes out with the last active stream. So the stream for which this is called must
    /// not end before the task does, after about a round trip.
    /// </summary>
    internal static Task AnnounceAsync(TrackedConnection connection) =>
        connection.AnnounceClose() ? Task.Delay(Hold(SocketFacts.RoundTrip(connection.Socket))) : Task.CompletedTask;

    private static TimeSpan Hold(TimeSpan roundTrip)
    {
        TimeSpan hold = (2 * roundTrip) + ShortestHold;
        return hold < LongestHold ? hold : LongestHold;
    }
}

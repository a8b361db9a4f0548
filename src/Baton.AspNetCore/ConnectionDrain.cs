using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore;

/// <summary>Ends one connection with the answer to its next request.</summary>
internal static class ConnectionDrain
{
    private static readonly TimeSpan ShortestHold = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestRoundTrip = TimeSpan.FromSeconds(2);
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
    /// not end before the task does: when the client has answered a PING behind the GOAWAY.
    /// </summary>
    internal static Task AnnounceAsync(TrackedConnection connection)
    {
        TimeSpan estimate = Estimate(SocketFacts.RoundTrip(connection.Socket));
        return !connection.AnnounceClose() ? Task.CompletedTask
            : connection.Probed?.Armed is { } probe ? HoldAsync(probe, estimate)
            : Task.Delay(estimate);
    }

    // Where the client reads nothing the GOAWAY may not even go out.
    private static async Task HoldAsync(ProbedTransport.Probe probe, TimeSpan estimate)
    {
        await Task.WhenAny(probe.Sent, Task.Delay(estimate)).ConfigureAwait(false);
        if (!probe.Sent.IsCompleted)
        {
            return;
        }

        await Task.WhenAny(probe.Answered, Task.Delay(LongestRoundTrip)).ConfigureAwait(false);

        // The client may have been about to send a request when it read the GOAWAY, on another thread than its answer.
        TimeSpan roundTrip = probe.Elapsed;
        await Task.Delay(Limit(roundTrip < ShortestRest ? ShortestRest : roundTrip)).ConfigureAwait(false);
    }

    // Without a PING: twice the kernel's round trip, and what a client may take to answer.
    private static TimeSpan Estimate(TimeSpan roundTrip) => Limit((2 * roundTrip) + ShortestHold);

    private static TimeSpan Limit(TimeSpan hold) => hold < LongestHold ? hold : LongestHold;
}

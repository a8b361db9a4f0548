using System.Net;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore.Affinity;

/// <summary>The body of a request that is forwarded while it arrives.</summary>
internal sealed class ForwardedBody(HttpRequest request) : HttpContent
{
    private readonly CancellationTokenSource _over = new();
    private Task _copying = Task.CompletedTask;

    /// <summary>Whether a part of it was read: the request can't be answered by another process any more.</summary>
    internal bool IsTouched { get; private set; }

    /// <summary>What was wrong with the client's request; null for nothing.</summary>
    internal BadHttpRequestException? Fault { get; private set; }

    /// <summary>Stops reading. Call before the request ends.</summary>
    internal async Task EndAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        await ((Task)Task.WhenAny(_copying)).ConfigureAwait(false);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _copying = CopyAsync(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = request.ContentLength ?? 0;
        return request.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _over.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task CopyAsync(Stream stream, CancellationToken cancellationToken)
    {
        IsTouched = true;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _over.Token);
        try
        {
            await ForwardedRequest.CopyAsync(request.Body, stream, either.Token).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            Fault = e;
            throw;
        }
    }
}

namespace Baton.AspNetCore.LongLived;

/// <summary>
/// A connection that was upgraded to a protocol that Baton does not know. The application can be made to read its end.
/// </summary>
internal sealed class UpgradedStream(Stream inner) : WrappedStream(inner)
{
    private readonly CancellationTokenSource _end = new();

    /// <summary>The application reads the end of the stream from now on, as if the peer had sent it.</summary>
    internal Task EndInputAsync() => _end.CancelAsync();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_end.IsCancellationRequested)
        {
            return 0;
        }

        using CancellationTokenSource? both = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(_end.Token, cancellationToken)
            : null;
        try
        {
            return await Inner.ReadAsync(buffer, both?.Token ?? _end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
    }
}

/// <summary>A request that became an <see cref="UpgradedStream"/>.</summary>
internal sealed class UpgradedRequest(UpgradedStream stream, Action abort) : LongLivedRequest
{
    internal override string Kind => "upgraded";

    internal override async Task CloseAsync(LongLivedClose close)
    {
        await stream.EndInputAsync().ConfigureAwait(false);
        if (!await HasEndedAsync(close.Limit, close.Time).ConfigureAwait(false))
        {
            abort();
        }
    }
}

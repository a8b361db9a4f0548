using Microsoft.AspNetCore.Connections;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>A connection of this process to itself: marked, and it tells when it is gone.</summary>
internal sealed class WarmUpConnection : TrackedConnection
{
    private readonly OpenConnections _all;
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal WarmUpConnection(ConnectionContext inner, OpenConnections all)
        : base(inner, all)
    {
        _all = all;
        inner.Features.Set(WarmUpFeature.Instance);
    }

    /// <summary>Completes when the server is done with it, and no drain counts it any more.</summary>
    internal Task Gone => _gone.Task;

    /// <summary>
    /// The client has left. A request that does not end with its connection is not waited for: it must not hold up a drain.
    /// </summary>
    internal void Forget()
    {
        if (!_gone.Task.IsCompleted)
        {
            Abort(new ConnectionAbortedException("The warm-up is over."));
            _all.Remove(this);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        _gone.TrySetResult();
    }
}

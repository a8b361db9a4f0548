using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>A marked connection of this process to itself. Reports what the server does with it.</summary>
internal sealed class WarmUpConnection : TrackedConnection
{
    // A version of Kestrel that we do not know may read first and show a moment later that it is HTTP.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);

    private readonly OpenConnections _all;
    private readonly bool _tls;
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _http = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IDuplexPipe _transport;

    internal WarmUpConnection(ConnectionContext inner, OpenConnections all, EndpointProtocol protocol, bool tls)
        : base(inner, all, protocol)
    {
        (_all, _tls) = (all, tls);
        _transport = new WatchedPipe(inner.Transport, Reading);
        inner.Features.Set(WarmUpFeature.Instance);
    }

    public override IDuplexPipe Transport { get => _transport; set => _transport = new WatchedPipe(value, Reading); }

    /// <summary>Completes when the server is done with it, and no drain counts it.</summary>
    internal Task Gone => _gone.Task;

    /// <summary>
    /// Whether the connection reached HTTP, once that is known. Kestrel's HTTP shows itself before it reads the first byte.
    /// Something that reads or ends without that is not HTTP, or middleware before it.
    /// </summary>
    internal Task<bool> FindsHttp => _http.Task;

    internal override void ReachedHttp()
    {
        base.ReachedHttp();
        _http.TrySetResult(true);
    }

    /// <summary>The client has left. A request that does not end with its connection must not delay a drain.</summary>
    internal void Forget()
    {
        if (!_gone.Task.IsCompleted)
        {
            Abort(new ConnectionAbortedException("The warm-up is over."));
            _all.Remove(this);
        }
    }

    /// <summary>
    /// The client leaves the connection to something that is not HTTP, which sees the end of the stream. No drain waits for that.
    /// </summary>
    internal void LeaveAlone()
    {
        _gone.TrySetResult();
        _all.Remove(this);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        _http.TrySetResult(false);
        _gone.TrySetResult();
    }

    // The first reader on an endpoint with TLS is the handshake.
    private void Reading()
    {
        if (!_http.Task.IsCompleted && (!_tls || Features.Get<ISslStreamFeature>() is { SslStream.IsAuthenticated: true }))
        {
            _ = ConcludeAsync();
        }
    }

    private async Task ConcludeAsync()
    {
        await Task.Delay(Moment).ConfigureAwait(false);
        _http.TrySetResult(false);
    }
}

using System.Net;
using Baton.Resources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton.Bench.Restarts;

/// <summary>The listeners of one imagined process, with the claims on them; all are closed on dispose.</summary>
internal sealed class Registry : IDisposable
{
    // Kestrel's own backlog.
    private const int Backlog = 512;

    private readonly List<ClaimedListener> _claims = [];

    public SocketRegistry Listeners { get; } = new(NullLogger.Instance);

    /// <summary>As Kestrel does for each end point: claims the listener, inherited or bound, and listens.</summary>
    public void ListenOnAll(IEnumerable<IPEndPoint> addresses)
    {
        foreach (IPEndPoint address in addresses)
        {
            ClaimedListener claim = Listeners.Claim(ResourceKey.Of(address), () => ListenerBinding.Bind(address));
            claim.Socket.Listen(Backlog);
            _claims.Add(claim);
        }
    }

    public void Dispose()
    {
        Listeners.Resources.Release((IReadOnlyCollection<ResourceKey>)[]);
        _claims.ForEach(claim => claim.Dispose());
    }
}

using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Baton.AspNetCore;

/// <summary>
/// Asked by Kestrel before the transport of HTTP/3. Binds nothing, and warns that the sockets of that are not handed over: MsQuic
/// owns them, and has the keys of the connections.
/// </summary>
internal sealed class QuicNotice(ILoggerFactory loggers)
    : IMultiplexedConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly ILogger _logger = loggers.CreateLogger("Baton.AspNetCore");

    /// <summary>
    /// Adds it where HTTP/3 is available. Kestrel leaves HTTP/3 out only while there is no such transport at all.
    /// </summary>
    internal static void AddTo(IServiceCollection services)
    {
        if (services.Any(s => s.ServiceType == typeof(IMultiplexedConnectionListenerFactory)))
        {
            services.AddSingleton<IMultiplexedConnectionListenerFactory, QuicNotice>();
        }
    }

    public bool CanBind(EndPoint endpoint)
    {
        _logger.QuicNotHandedOver(endpoint.ToString()!);
        return false;
    }

    public ValueTask<IMultiplexedConnectionListener> BindAsync(
        EndPoint endpoint, IFeatureCollection? features = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("This transport only warns; Kestrel asks another one.");
}

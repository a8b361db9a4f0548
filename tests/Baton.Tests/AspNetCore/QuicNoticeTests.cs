using System.Net;
using Baton.AspNetCore;
using Baton.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Baton.Tests.AspNetCore;

/// <summary>D8: endpoints of HTTP/3 are not handed over, and the log says so.</summary>
public sealed class QuicNoticeTests
{
    [Fact]
    public void CanBind_AnEndpoint_WarnsAndLeavesItToTheNextTransport()
    {
        var logger = new RecordingLogger();
        using var loggers = new LoggerFactory([new OneLogger(logger)]);
        Assert.False(new QuicNotice(loggers).CanBind(new IPEndPoint(IPAddress.Loopback, 443)));
        Assert.Equal(["QuicNotHandedOver"], logger.EventNames);
        Assert.Contains("HTTP/3 on 127.0.0.1:443 is not handed over", logger.Lines[^1].Text, StringComparison.Ordinal);
    }

    // Kestrel asks the last one first. Without any it leaves HTTP/3 out, which must stay so.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AddTo_WithOrWithoutQuic_IsAskedFirstOrNotThere(bool hasQuic)
    {
        var services = new ServiceCollection();
        if (hasQuic)
        {
            services.AddSingleton<IMultiplexedConnectionListenerFactory, FakeQuic>();
        }

        QuicNotice.AddTo(services);
        Type? last = services.LastOrDefault(s => s.ServiceType == typeof(IMultiplexedConnectionListenerFactory))?.ImplementationType;
        Assert.Equal(hasQuic ? typeof(QuicNotice) : null, last);
    }

    private sealed class FakeQuic : IMultiplexedConnectionListenerFactory
    {
        public ValueTask<IMultiplexedConnectionListener> BindAsync(EndPoint endpoint, IFeatureCollection? features, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class OneLogger(ILogger logger) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void Dispose()
        {
        }
    }
}

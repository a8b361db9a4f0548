using System.Diagnostics.Metrics;
using Baton.Telemetry;

namespace Baton.Tests.Telemetry;

/// <summary>What clients get is counted by the framework's own metric.</summary>
public sealed class TrafficMeterTests : IDisposable
{
    private readonly TrafficMeter _meter = new();

    [Fact]
    public void Request_OfAnyOutcome_IsCountedByMethodAndRoute()
    {
        Count(0.010, "GET", "/orders/{id}", 200);
        Count(0.020, "GET", "/orders/{id}", 500, "500");
        Count(0.030, "GET", "/orders/{id}", 500, "System.InvalidOperationException");
        Count(0.040, "POST", null, 404);
        TrafficFigures figures = _meter.Take();
        EndpointTraffic orders = Assert.Single(figures.Endpoints, e => e.Endpoint == "GET /orders/{id}");
        Assert.Equal((3, 2, 1), (orders.Requests, orders.Failures, orders.Exceptions));
        Assert.InRange(orders.Percentile(100).TotalMilliseconds, 30, 37.5);
        Assert.Single(figures.Endpoints, e => e is { Endpoint: "POST", Requests: 1, Failures: 0 });
    }

    // Its answer was begun: the status says nothing of the exception.
    [Fact]
    public void Exception_AfterTheHeaders_IsAFailure()
    {
        Count(0.1, "GET", "/", 200, "System.IO.InvalidDataException");
        Assert.Equal((1, 1), (_meter.Take().Failures, _meter.Take().Exceptions));
    }

    [Fact]
    public void Client_GoesAway_IsNoFailure()
    {
        Count(0.1, "GET", "/", 499, "System.OperationCanceledException");
        Assert.Equal((1, 0, 0), (_meter.Take().Requests, _meter.Take().Failures, _meter.Take().Exceptions));
    }

    [Fact]
    public void WarmUp_OfThisProcess_IsNotCounted()
    {
        _meter.Count(0.1, [new("http.request.method", "GET"), new("http.response.status_code", 200), new("baton.warm_up", true)]);
        Assert.Equal(0, _meter.Take().Requests);
    }

    [Fact]
    public void Endpoints_WithoutEnd_AreCountedTogether()
    {
        for (int i = 0; i < 1000; i++)
        {
            Count(0.1, "GET", $"/{i}", 200);
        }

        TrafficFigures figures = _meter.Take();
        Assert.Equal(1000, figures.Requests);
        Assert.Equal((101, 900), (figures.Endpoints.Count, figures.Endpoints.Single(e => e.Endpoint == "(other)").Requests));
    }

    // C8: a request costs no allocation.
    [Fact]
    public void Count_OfAKnownEndpoint_AllocatesNothing()
    {
        KeyValuePair<string, object?>[] tags = [new("http.request.method", "GET"), new("http.route", "/"), new("http.response.status_code", 200)];
        _meter.Count(0.1, tags);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            _meter.Count(0.1, tags);
        }

        // The runtime may need something once. The smallest object for each request would be 24,000 bytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    [Fact]
    public void Instrument_OfTheFramework_IsMeasuredFromTheBeginningOn()
    {
        using var meter = new Meter("Microsoft.AspNetCore.Hosting");
        Histogram<double> duration = meter.CreateHistogram<double>("http.server.request.duration");
        Histogram<double> another = meter.CreateHistogram<double>("http.server.active_requests");
        Assert.False(duration.Enabled);
        _meter.Begin();
        duration.Record(0.1, new("http.request.method", "GET"), new("http.route", "/measured"));
        another.Record(0.1);
        Assert.Equal(1, _meter.Take().Endpoints.Single(e => e.Endpoint == "GET /measured").Requests);
    }

    public void Dispose() => _meter.Dispose();

    private void Count(double seconds, string method, string? route, int status, string? error = null) =>
        _meter.Count(seconds, [new("http.request.method", method), new("http.route", route), new("http.response.status_code", status), new("error.type", error)]);
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Baton.Judging;

namespace Baton.Telemetry;

/// <summary>
/// Counts what the clients of this process get, by the metric of ASP.NET Core that has the duration, the route, the status and
/// the exception of each request. It costs a request no allocation. Nothing is measured before it begins.
/// </summary>
internal sealed class TrafficMeter : IDisposable
{
    private const string MeterName = "Microsoft.AspNetCore.Hosting";
    private const string Instrument = "http.server.request.duration";
    private const string Other = "(other)";
    private const int MostEndpoints = 100;
    private const int ClientClosedRequest = 499;

    private readonly ConcurrentDictionary<(string Method, string Route), Counter> _endpoints = new();
    private readonly MeterListener _listener = new();
    private int _count;

    internal TrafficMeter()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == Instrument && instrument.Meter.Name == MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => Count(seconds, tags));
    }

    internal void Begin() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    /// <summary>The figures since it began; from any thread.</summary>
    internal TrafficFigures Take() => new() { Endpoints = [.. _endpoints.Select(e => e.Value.ToTraffic(NameOf(e.Key)))] };

    internal void Count(double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string method = "", route = "";
        string? error = null;
        int status = 0;
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            switch (tag.Key)
            {
                case "http.request.method":
                    method = tag.Value as string ?? "";
                    break;
                case "http.route":
                    route = tag.Value as string ?? "";
                    break;
                case "http.response.status_code":
                    status = tag.Value as int? ?? 0;
                    break;
                case "error.type":
                    error = tag.Value as string;
                    break;
                case BatonTelemetry.WarmUpTag:
                    return;
            }
        }

        // For a status of 500 and above without an exception the type of the error is the status.
        bool isException = error is { Length: > 0 } && !char.IsAsciiDigit(error[0]) && status != ClientClosedRequest;
        Find(method, route).Add(TimeSpan.FromSeconds(seconds), isFailure: status >= 500 || isException, isException);
    }

    private static string NameOf((string Method, string Route) key) =>
        key is { Method.Length: > 0, Route.Length: > 0 } ? $"{key.Method} {key.Route}" : key.Method + key.Route;

    private Counter Find(string method, string route)
    {
        if (_endpoints.TryGetValue((method, route), out Counter? counter))
        {
            return counter;
        }

        // Routes are the application's and few; this is for one that makes them up.
        return Interlocked.Increment(ref _count) <= MostEndpoints
            ? _endpoints.GetOrAdd((method, route), static _ => new Counter())
            : _endpoints.GetOrAdd(("", Other), static _ => new Counter());
    }

    private sealed class Counter
    {
        private readonly long[] _latencies = new long[LatencyScale.Buckets];
        private long _failures;
        private long _exceptions;

        internal void Add(TimeSpan latency, bool isFailure, bool isException)
        {
            if (isFailure)
            {
                Interlocked.Increment(ref _failures);
            }

            if (isException)
            {
                Interlocked.Increment(ref _exceptions);
            }

            Interlocked.Increment(ref _latencies[LatencyScale.BucketOf(latency)]);
        }

        internal EndpointTraffic ToTraffic(string name)
        {
            // The failures first: each has been counted in them before it is among the requests.
            (long failures, long exceptions) = (Interlocked.Read(ref _failures), Interlocked.Read(ref _exceptions));
            long[] latencies = [.. _latencies];
            long requests = latencies.Sum();
            return new()
            {
                Endpoint = name,
                Requests = requests,
                Failures = Math.Min(failures, requests),
                Exceptions = Math.Min(exceptions, requests),
                Latencies = latencies,
            };
        }
    }
}

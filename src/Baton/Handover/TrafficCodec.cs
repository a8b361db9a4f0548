using System.Text.Json;

namespace Baton.Handover;

/// <summary>The figures of a process's traffic in a message; an older version neither says nor knows them.</summary>
internal static class TrafficCodec
{
    // A busy service has more than an int in a day, and a restart may wait so long for its confirmation. Sums of these fit, too.
    private const long MostRequests = 1L << 50;

    internal static void Write(Utf8JsonWriter json, TrafficFigures? traffic, JsonSize size)
    {
        if (traffic is null)
        {
            return;
        }

        size.WriteItems(json, "traffic", traffic.Endpoints.OrderByDescending(e => e.Requests), endpoint =>
        {
            json.WriteStartObject();
            size.WriteText(json, "endpoint", endpoint.Endpoint);
            json.WriteNumber("requests", endpoint.Requests);
            json.WriteNumber("failures", endpoint.Failures);
            json.WriteNumber("exceptions", endpoint.Exceptions);

            // Most buckets are empty: each that is not, with its number.
            json.WriteStartArray("latencies");
            for (int i = 0; i < endpoint.Latencies.Count; i++)
            {
                if (endpoint.Latencies[i] > 0)
                {
                    json.WriteNumberValue(i);
                    json.WriteNumberValue(endpoint.Latencies[i]);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    internal static TrafficFigures? Read(JsonElement body) =>
        body.Optional("traffic") is null ? null : new() { Endpoints = [.. body.Items("traffic").Select(ReadEndpoint)] };

    private static EndpointTraffic ReadEndpoint(JsonElement endpoint) => new()
    {
        Endpoint = endpoint.Name("endpoint"),
        Requests = Count(endpoint.GetProperty("requests")),
        Failures = Count(endpoint.GetProperty("failures")),
        Exceptions = Count(endpoint.GetProperty("exceptions")),
        Latencies = ReadLatencies([.. endpoint.Items("latencies").Select(Count)]),
    };

    private static long[] ReadLatencies(long[] pairs)
    {
        long[] latencies = new long[Judging.LatencyScale.Buckets];
        for (int i = 0; i + 1 < pairs.Length; i += 2)
        {
            // A newer version may have more buckets.
            latencies[Math.Min(pairs[i], latencies.Length - 1)] += pairs[i + 1];
        }

        return latencies;
    }

    private static long Count(JsonElement value) =>
        value.GetInt64() is >= 0 and <= MostRequests and long count ? count : throw new JsonException("A count is out of range.");
}

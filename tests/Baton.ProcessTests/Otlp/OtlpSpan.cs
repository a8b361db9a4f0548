namespace Baton.ProcessTests.Otlp;

/// <summary>A span as it arrives by OTLP. The numbers are those of opentelemetry/proto/trace/v1/trace.proto.</summary>
internal sealed record OtlpSpan(
    int Pid, string Scope, string Name, string TraceId, string SpanId, string ParentSpanId, TimeSpan Begun, TimeSpan Ended, IReadOnlyDictionary<string, string> Attributes, string? Error)
{
    private const int ErrorStatus = 2;

    internal static IEnumerable<OtlpSpan> Of(ProtobufMessage request) =>
        from resource in request.Messages(1)
        let pid = OtlpAttributes.Pid(resource.Message(1))
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        let status = span.Message(15)
        select new OtlpSpan(
            pid, scope.Message(1).Text(1), span.Text(5), span.Hex(1), span.Hex(2), span.Hex(4), Time(span.Number(7)), Time(span.Number(8)), OtlpAttributes.Of(span, 9),
            status.Number(3) == ErrorStatus ? status.Text(2) : null);

    private static TimeSpan Time(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}

/// <summary>One point of a metric. The numbers are those of opentelemetry/proto/metrics/v1/metrics.proto.</summary>
/// <param name="Pid">Whose it is.</param>
/// <param name="Name">The instrument.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Value">The value; of a histogram, how many there were.</param>
internal sealed record OtlpPoint(int Pid, string Name, string Unit, IReadOnlyDictionary<string, string> Attributes, double Value)
{
    private const int Gauge = 5, Sum = 7, Histogram = 9;

    internal static IEnumerable<OtlpPoint> Of(ProtobufMessage request) =>
        from resource in request.Messages(1)
        let pid = OtlpAttributes.Pid(resource.Message(1))
        from scope in resource.Messages(2)
        from metric in scope.Messages(2)
        from kind in (int[])[Gauge, Sum, Histogram]
        from point in metric.Message(kind).Messages(1)
        select new OtlpPoint(
            pid, metric.Text(1), metric.Text(3), OtlpAttributes.Of(point, kind == Histogram ? 9 : 7), kind == Histogram || point.Has(6) ? point.Number(kind == Histogram ? 4 : 6) : point.Double(4));
}

/// <summary>Attributes, each as text.</summary>
internal static class OtlpAttributes
{
    internal static int Pid(ProtobufMessage resource) => int.Parse(Of(resource, 1)["process.pid"], System.Globalization.CultureInfo.InvariantCulture);

    internal static Dictionary<string, string> Of(ProtobufMessage message, int field) =>
        message.Messages(field).ToDictionary(a => a.Text(1), a => a.Message(2) is var value && value.Has(1) ? value.Text(1) : $"{value.Number(3)}");
}

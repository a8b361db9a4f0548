using System.Text.Json;
using System.Text.Json.Serialization;

namespace Baton.Bench.Results;

/// <summary>The results for programs.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<Measurement>))]
internal sealed partial class JsonReport : JsonSerializerContext
{
    public static string Of(IReadOnlyList<Measurement> measurements) =>
        JsonSerializer.Serialize(measurements, Default.IReadOnlyListMeasurement);
}

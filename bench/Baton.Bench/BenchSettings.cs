namespace Baton.Bench;

/// <param name="Port">The first of the ports that the services listen on, all of them on loopback addresses.</param>
/// <param name="Pairs">Alternated pairs of measurements; null: each benchmark's own number.</param>
/// <param name="Seconds">How long one measurement of throughput takes.</param>
internal sealed record BenchSettings(int Port, int? Pairs, int Seconds)
{
    /// <summary>More ports than any benchmark uses at once.</summary>
    public const int Ports = 4;
}

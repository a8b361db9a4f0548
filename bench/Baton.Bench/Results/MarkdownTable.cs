using System.Runtime.InteropServices;

namespace Baton.Bench.Results;

/// <summary>The results as docs/performance.md shows them: a line that says where, and the table.</summary>
internal static class MarkdownTable
{
    private const string Begin = "<!-- results: begin -->";
    private const string End = "<!-- results: end -->";

    /// <summary>Replaces what is between the marks of a document; a file without them becomes the table.</summary>
    public static async Task WriteAsync(string path, IEnumerable<Measurement> measurements, CancellationToken cancellation)
    {
        string[] document = File.Exists(path) ? await File.ReadAllLinesAsync(path, cancellation) : [];
        int begin = Array.IndexOf(document, Begin);
        int end = Array.IndexOf(document, End);
        string[] written = [Begin, .. Lines(measurements), End];
        bool marked = begin >= 0 && end > begin;
        await File.WriteAllLinesAsync(path, marked ? [.. document[..begin], .. written, .. document[(end + 1)..]] : written, cancellation);
    }

    private static IEnumerable<string> Lines(IEnumerable<Measurement> measurements)
    {
        yield return $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} processors, {RuntimeInformation.ProcessArchitecture}, "
            + $"{RuntimeInformation.OSDescription}, .NET {Environment.Version}.";
        yield return "";
        yield return Line(ResultRow.Titles);
        yield return Line(ResultRow.Titles.Select(_ => "---"));
        foreach (Measurement measurement in measurements)
        {
            yield return Line(ResultRow.Cells(measurement));
        }
    }

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}

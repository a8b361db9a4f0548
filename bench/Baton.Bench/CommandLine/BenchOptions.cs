using System.CommandLine;
using Baton.Bench.Results;

namespace Baton.Bench.CommandLine;

/// <summary>Options of every command.</summary>
internal sealed class BenchOptions
{
    private readonly Option<int> _port = new("--port")
    {
        Description = $"First of {BenchSettings.Ports} ports to listen on, on loopback addresses",
        DefaultValueFactory = _ => 8400,
        Recursive = true,
    };

    private readonly Option<int?> _pairs = new("--pairs") { Description = "Alternated pairs of measurements", Recursive = true };

    private readonly Option<int> _seconds = new("--seconds")
    {
        Description = "throughput: seconds of load for one measurement",
        DefaultValueFactory = _ => 4,
        Recursive = true,
    };

    private readonly Option<FileInfo?> _json = new("--json") { Description = "Also writes the results as JSON to this file", Recursive = true };
    private readonly Option<FileInfo?> _markdown = new("--markdown")
    {
        Description = "Also writes the table as Markdown to this file, between its marks if it has them",
        Recursive = true,
    };

    public void AddTo(RootCommand root)
    {
        _port.Validators.Add(result => RequireRange(result, 1024, ushort.MaxValue - BenchSettings.Ports));
        _pairs.Validators.Add(result => RequireRange(result, 1, 10_000));
        _seconds.Validators.Add(result => RequireRange(result, 1, 600));
        foreach (Option option in (Option[])[_port, _pairs, _seconds, _json, _markdown])
        {
            root.Options.Add(option);
        }
    }

    public BenchSettings Read(ParseResult parsed) =>
        new(parsed.GetValue(_port), parsed.GetValue(_pairs), parsed.GetValue(_seconds));

    public async Task WriteFilesAsync(ParseResult parsed, IReadOnlyList<Measurement> measurements, CancellationToken cancellation)
    {
        if (parsed.GetValue(_json) is { } json)
        {
            await File.WriteAllTextAsync(json.FullName, JsonReport.Of(measurements), cancellation);
        }

        if (parsed.GetValue(_markdown) is { } markdown)
        {
            await MarkdownTable.WriteAsync(markdown.FullName, measurements, cancellation);
        }
    }

    private static void RequireRange(System.CommandLine.Parsing.OptionResult result, int least, int most)
    {
        if (result.Tokens is [var token] && (!int.TryParse(token.Value, out int value) || value < least || value > most))
        {
            result.AddError($"{result.Option.Name}: between {least} and {most}, not '{token.Value}'.");
        }
    }
}

using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Baton.Cli.Output;

/// <summary>One restart that is over: when, by whom, its outcome.</summary>
internal static class RecordView
{
    internal static IEnumerable<IRenderable> Of(RestartRecord record)
    {
        string asked = record.AskedAt.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        yield return Indent(2, [new StyledText(asked, StyledText.Dim), .. Outcome(record)]);
        yield return Indent(4, new StyledText($"asked by {record.Trigger}", StyledText.Dim));
        if (record.GoneAfter is { } gone)
        {
            yield return Indent(4, new StyledText($"the old process was gone after {Wording.Of(gone)}", StyledText.Dim));
        }

        if (record.Failure is not null)
        {
            foreach (string line in record.Explanation.Split('\n').Where(l => l.Length > 0))
            {
                yield return Indent(4, line);
            }
        }
    }

    /// <summary>The same with the program and what the time went into.</summary>
    internal static IEnumerable<IRenderable> InFull(RestartRecord record)
    {
        foreach (IRenderable line in Of(record))
        {
            yield return line;
        }

        if (record.Program.Length > 0)
        {
            yield return Indent(4, new StyledText($"program {record.Program}", StyledText.Dim));
        }

        if (record.Phases.Count > 0)
        {
            IEnumerable<string> phases = record.Phases.Select(p => $"{p.Name} {Wording.Of(p.Duration)}");
            yield return Indent(4, new StyledText(string.Join(", ", phases), StyledText.Dim));
        }
    }

    private static ReadOnlySpan<StyledText> Outcome(RestartRecord record)
    {
        string duration = Wording.Of(record.Duration);
        if (record.Failure is { } failure)
        {
            return new StyledText[] { new($"  failed after {duration}: {failure}", StyledText.Bad) };
        }

        string process = record.SuccessorPid is { } pid ? Wording.Say($", process {pid}") : "";
        string successor = Wording.Say($": generation {record.Generation}{process}");
        return new StyledText[] { new($"  done in {duration}", StyledText.Good), successor };
    }

    private static Padder Indent(int columns, params ReadOnlySpan<StyledText> pieces) =>
        new(StyledText.Join(pieces), new Padding(columns, 0, 0, 0));
}

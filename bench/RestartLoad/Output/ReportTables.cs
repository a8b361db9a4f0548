using System.Globalization;
using RestartLoad.Measuring;
using RestartLoad.Restarts;
using Spectre.Console;

namespace RestartLoad.Output;

/// <summary>The report for people.</summary>
internal sealed class ReportTables(IAnsiConsole console)
{
    /// <summary>Of more restarts than this only the first, the failed and a summary are shown.</summary>
    private const int RestartsShown = 12;

    public void Write(RunReport report)
    {
        WriteModes(report);
        WriteRestarts(report);
        ReleaseTables.Write(console, report);
        WriteSnapshots(report.Snapshots);
        WriteFailures(report);
        foreach (string problem in report.Problems)
        {
            console.MarkupLineInterpolated($"[red]{problem}[/]");
        }

        // The beginning of this line is a contract: scripts look for it.
        RunTotals totals = report.Totals;
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"Total: {totals.Requests} requests, {totals.Failed} failed, {totals.Restarts} restarts{ReleaseTables.Totals(report)}");
        console.Write(new Text(line + "\n", new Style(report.Passed ? Color.Green : Color.Red)));
    }

    private void WriteModes(RunReport report)
    {
        bool hasRestarts = report.Restarts.Count > 0 || report.Releases is not null;
        Table table = NewTable("Requests (latency in ms)");
        table.AddColumns("mode", "requests", "ok", "failed");
        if (report.Releases is not null)
        {
            table.AddColumn("lost");
        }

        if (hasRestarts)
        {
            table.AddColumns("in restarts", "p50", "p99", "max");
        }

        table.AddColumns(hasRestarts ? "between" : "measured", "p50", "p99", "max");
        foreach (TableColumn column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        foreach (ModeReport mode in report.Modes)
        {
            string failures = string.Join(", ", mode.Failures.Select(failure => $"{failure.Value} {failure.Key}"));
            Text[] lost = report.Releases is null ? [] : [Cell(mode.Lost)];
            table.AddRow(
            [
                Cell(mode.Name), Cell(mode.Requests), Cell(mode.Ok), failures.Length > 0 ? Alarm(failures) : Cell(0), .. lost,
                .. hasRestarts ? Latencies(mode.InsideRestarts) : [], .. Latencies(mode.OutsideRestarts),
            ]);
        }

        console.Write(table);
    }

    private void WriteRestarts(RunReport report)
    {
        if (report.Restarts.Count == 0)
        {
            return;
        }

        Table table = NewTable("Restarts (ms from the trigger)");
        table.AddColumns("restart", "at s", "predecessor", "successor", "first answer", "predecessor gone");
        IEnumerable<RestartReport> shown = report.Restarts.Where(
            restart => restart.Error is not null || restart.Number <= RestartsShown);
        foreach (RestartReport restart in shown)
        {
            table.AddRow(
                Cell(restart.Number),
                Cell(restart.AtSeconds),
                Cell(restart.Predecessor),
                restart.Error is null ? Cell(restart.Successor ?? 0) : Alarm("failed"),
                Cell(restart.FirstAnswerMilliseconds),
                Cell(restart.PredecessorGoneMilliseconds));
        }

        if (report.Restarts.Count > RestartsShown)
        {
            table.AddRow([Cell($"all {report.Restarts.Count}: min"), .. Summary(report, summary => summary.Min)]);
            table.AddRow([Cell("median"), .. Summary(report, summary => summary.Median)]);
            table.AddRow([Cell("max"), .. Summary(report, summary => summary.Max)]);
        }

        console.Write(table);
    }

    private void WriteSnapshots(IReadOnlyList<GenerationSnapshot> snapshots)
    {
        if (snapshots.Count == 0)
        {
            return;
        }

        Table table = NewTable("What the serving process holds");
        table.AddColumns("after restart", "at s", "pid", "fds", "RSS MB", "zombies");
        foreach (GenerationSnapshot snapshot in snapshots)
        {
            table.AddRow(
                Cell(snapshot.Restart),
                Cell(snapshot.AtSeconds),
                Cell(snapshot.Pid),
                Cell(snapshot.Fds),
                Cell(snapshot.RssBytes / 1e6),
                Cell(snapshot.Zombies));
        }

        console.Write(table);
    }

    private void WriteFailures(RunReport report)
    {
        if (report.FirstFailures.Count == 0)
        {
            return;
        }

        Table table = NewTable($"First {report.FirstFailures.Count} of {report.Totals.Failed} failed requests");
        table.AddColumns("at s", "time", "mode", "failure", "age ms", "pid", "restart", "detail");
        foreach (FailureSample failure in report.FirstFailures)
        {
            DateTimeOffset time = report.StartedAt.AddSeconds(failure.AtSeconds);
            table.AddRow(
                Cell(failure.AtSeconds),
                Cell(time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)),
                Cell(failure.Mode),
                Alarm(failure.Outcome),
                Cell(failure.AgeMilliseconds),
                Cell(failure.Pid),
                Cell(failure.Restart),
                Cell(failure.Detail));
        }

        console.Write(table);
    }

    private static Text[] Latencies(LatencySummary summary) => summary.Count == 0
        ? [Cell(0), Cell("-"), Cell("-"), Cell("-")]
        : [Cell(summary.Count), Cell(summary.P50), Cell(summary.P99), Cell(summary.Max)];

    private static Text[] Summary(RunReport report, Func<RestartSummary, double> value) =>
    [
        Cell(""), Cell(""), Cell(""),
        Cell(report.FirstAnswers is { } first ? value(first) : null),
        Cell(report.PredecessorsGone is { } gone ? value(gone) : null),
    ];

    internal static Table NewTable(string title) =>
        new Table { Title = new TableTitle(title), Border = TableBorder.Simple, UseSafeBorder = true }.LeftAligned();

    internal static Text Cell(string text) => new(text);

    internal static Text Cell(long? number) => new(number?.ToString(CultureInfo.InvariantCulture) ?? "-");

    internal static Text Cell(double? number) => new(number?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-");

    internal static Text Alarm(string text) => new(text, new Style(Color.Red));
}

using System.Globalization;
using RestartLoad.Releases;
using Spectre.Console;

namespace RestartLoad.Output;

/// <summary>The part of the report that is about releases: a table, and what happened to each in the service's own words.</summary>
internal static class ReleaseTables
{
    public static void Write(IAnsiConsole console, RunReport report)
    {
        if (report.Releases is not { } releases)
        {
            return;
        }

        Table table = ReportTables.NewTable("Releases (ms)");
        table.AddColumns(
            "release", "outcome", "known after", "served by", "dead after", "answers again", "serves now", "requests meanwhile", "refused", "failed", "lost");
        foreach (ReleaseReport release in releases)
        {
            RequestAccount requests = release.Requests;
            table.AddRow(
                ReportTables.Cell(release.Name),
                release.Error is null ? ReportTables.Cell(release.Outcome) : ReportTables.Alarm($"{release.Outcome}, not {release.Expected}"),
                ReportTables.Cell(release.KnownMilliseconds),
                ReportTables.Cell(release.FirstAnswerMilliseconds is null ? null : release.Successor),
                ReportTables.Cell(release.DiedMilliseconds),
                ReportTables.Cell(release.AnsweredAgainMilliseconds),
                ReportTables.Cell(release.Serving),
                ReportTables.Cell(requests.Made),
                Count(requests.Refused),
                Count(requests.Failed),
                ReportTables.Cell(requests.Lost));
        }

        console.Write(table);
        foreach (ReleaseReport release in releases)
        {
            console.Write(new Text($"{release.Name}: {Tell(release)}\n"));
            foreach (string line in release.Said)
            {
                console.Write(new Text($"  log: {line}\n", new Style(Color.Grey)));
            }
        }

        console.WriteLine();
    }

    /// <summary>What the last line of the report says in addition; empty for a run without releases.</summary>
    public static string Totals(RunReport report) => report.Releases is null ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $", {report.Totals.Refused} refused, {report.Totals.Lost} lost with a release that died");

    private static string Tell(ReleaseReport release)
    {
        string again = release.AnsweredAgainMilliseconds is { } gap ? string.Create(CultureInfo.InvariantCulture, $" within {Math.Max(1, gap):0} ms") : "";
        string what = ReleaseOutcomes.Find(release.Outcome) switch
        {
            ReleaseOutcome.Serves => $"took over from process {release.Predecessor} and proved itself; process {release.Successor} serves.",
            ReleaseOutcome.BacksOut => $"never served; process {release.Predecessor} went on as if nothing had happened.",
            ReleaseOutcome.RollsBack => $"took over as process {release.Successor}, and failed; process {release.Predecessor} answered again{again}.",
            ReleaseOutcome.IsRefused => $"was not even started; process {release.Predecessor} went on.",
            _ => $"nobody knows how it ended. {release.Error}",
        };
        string lost = release.Requests.Lost > 0
            ? string.Create(CultureInfo.InvariantCulture, $" {release.Requests.Lost} requests that the dead process had accepted were lost.")
            : "";
        return what + lost;
    }

    private static Text Count(long number) => number == 0 ? ReportTables.Cell(0) : ReportTables.Alarm(number.ToString(CultureInfo.InvariantCulture));
}

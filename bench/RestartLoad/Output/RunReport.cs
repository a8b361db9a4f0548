using System.Text.Json.Serialization;
using RestartLoad.Load;
using RestartLoad.Measuring;
using RestartLoad.Releases;
using RestartLoad.Restarts;

namespace RestartLoad.Output;

/// <summary>The outcome of a run: what <c>--json</c> writes, and what the tables are made of.</summary>
internal sealed record RunReport(
    int SchemaVersion,
    DateTimeOffset StartedAt,
    double Seconds,
    bool Passed,
    RunTotals Totals,
    IReadOnlyList<string> Problems,
    IReadOnlyList<ModeReport> Modes,
    IReadOnlyList<RestartReport> Restarts,
    RestartSummary? FirstAnswers,
    RestartSummary? PredecessorsGone,
    IReadOnlyList<GenerationSnapshot> Snapshots,
    IReadOnlyList<FailureSample> FirstFailures)
{
    private const int FailuresShown = 20;

    /// <summary>Goes up when a field changes its meaning or goes away; new fields do not count.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>Null unless the run was given releases.</summary>
    public IReadOnlyList<ReleaseReport>? Releases { get; init; }

    public static RunReport Of(RunState state)
    {
        (long requests, long failed) = state.Totals();
        ReleaseAccounts accounts = new(state.Releases, state.Failures.Snapshot(), requests);
        failed -= accounts.Lost;
        ModeReport[] modes = [.. state.Modes.Select(mode => accounts.Settle(mode.Report()))];
        IReadOnlyList<RestartReport> restarts = state.Restarts;
        int failedRestarts = restarts.Count(restart => restart.Error is not null) + accounts.Releases.Count(release => release.Error is not null);
        int all = restarts.Count + accounts.Releases.Count;
        return new RunReport(
            CurrentSchemaVersion,
            state.Clock.StartedAt,
            state.Clock.Now.TotalSeconds,
            failed == 0 && state.Problems.Count == 0,
            new RunTotals(requests, failed, all - failedRestarts, failedRestarts) { Lost = accounts.Lost, Refused = accounts.Refused },
            state.Problems,
            modes,
            restarts,
            RestartSummary.Of(restarts.Select(restart => restart.FirstAnswerMilliseconds)),
            RestartSummary.Of(restarts.Select(restart => restart.PredecessorGoneMilliseconds)),
            state.Snapshots,
            [.. accounts.Failures.Take(FailuresShown)])
        {
            Releases = accounts.Releases.Count > 0 ? accounts.Releases : null,
        };
    }
}

/// <summary><paramref name="Restarts"/> are those that succeeded; into a release: that ended as expected.</summary>
internal sealed record RunTotals(long Requests, long Failed, int Restarts, int FailedRestarts)
{
    /// <summary>Of the failed ones, those whose connection was refused.</summary>
    public long Refused { get; init; }

    /// <summary>Not among the failed: accepted by a release that died.</summary>
    public long Lost { get; init; }
}

/// <summary>Of one duration over all restarts, in milliseconds.</summary>
internal sealed record RestartSummary(double Min, double Median, double Max)
{
    public static RestartSummary? Of(IEnumerable<double?> milliseconds)
    {
        double[] sorted = [.. milliseconds.OfType<double>().Order()];
        return sorted.Length == 0 ? null : new RestartSummary(sorted[0], sorted[sorted.Length / 2], sorted[^1]);
    }
}

[JsonSerializable(typeof(RunReport))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class RunReportJson : JsonSerializerContext;

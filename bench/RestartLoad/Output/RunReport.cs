using System.Text.Json.Serialization;
using RestartLoad.Load;
using RestartLoad.Measuring;
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
    /// <summary>Goes up when a field changes its meaning or goes away; new fields do not count.</summary>
    public const int CurrentSchemaVersion = 1;

    public static RunReport Of(RunState state)
    {
        ModeReport[] modes = [.. state.Modes.Select(mode => mode.Report())];
        (long requests, long failed) = state.Totals();
        IReadOnlyList<RestartReport> restarts = state.Restarts;
        int failedRestarts = restarts.Count(restart => restart.Error is not null);
        return new RunReport(
            CurrentSchemaVersion,
            state.Clock.StartedAt,
            state.Clock.Now.TotalSeconds,
            failed == 0 && state.Problems.Count == 0,
            new RunTotals(requests, failed, restarts.Count - failedRestarts, failedRestarts),
            state.Problems,
            modes,
            restarts,
            RestartSummary.Of(restarts.Select(restart => restart.FirstAnswerMilliseconds)),
            RestartSummary.Of(restarts.Select(restart => restart.PredecessorGoneMilliseconds)),
            state.Snapshots,
            state.Failures.Snapshot());
    }
}

/// <summary><paramref name="Restarts"/> are those that succeeded.</summary>
internal sealed record RunTotals(long Requests, long Failed, int Restarts, int FailedRestarts);

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

using System.Diagnostics.Metrics;
using Baton.Handover;
using Baton.Lifecycle;
using static Baton.BatonTelemetry;

namespace Baton.Telemetry;

/// <summary>
/// The values of observable instruments for this process and older ones. Called by collectors, on their own threads.
/// </summary>
/// <param name="lifecycle">This process.</param>
/// <param name="older">The older processes.</param>
/// <param name="generation">The generation; null until the predecessor has told it.</param>
internal sealed class ObservedProcess(ProcessLifecycle lifecycle, OlderGenerations older, Func<int?> generation)
{
    private static readonly ProcessState[] AllStates = Enum.GetValues<ProcessState>();

    internal IEnumerable<Measurement<int>> Generation() => generation() is { } known ? [new Measurement<int>(known)] : [];

    internal IEnumerable<Measurement<int>> States()
    {
        ProcessState now = lifecycle.State;
        return
        [
            .. AllStates.Select(state =>
                new Measurement<int>(
                    state == now ? 1 : 0, new KeyValuePair<string, object?>(Attributes.State, TelemetryNames.Of(state)))),
        ];
    }

    internal IEnumerable<Measurement<double>> ProbationRemaining() =>
        lifecycle.ProbationLeft is { } left ? [new Measurement<double>(left.TotalSeconds)] : [];

    internal IEnumerable<Measurement<int>> DrainingConnections() => Draining(process => process.Connections.Values.Sum());

    internal IEnumerable<Measurement<int>> DrainingRequests() => Draining(process => process.RequestCount);

    internal IEnumerable<Measurement<int>> LongLived() =>
        [.. Kinds().Select(k => new Measurement<int>(k.Value.Open, new KeyValuePair<string, object?>(Attributes.Kind, k.Key)))];

    internal IEnumerable<Measurement<int>> LongLivedEnded() =>
        [.. Kinds().SelectMany(k => new[] { Ended(k.Key, "closed", k.Value.Closed), Ended(k.Key, "cut", k.Value.Cut) })];

    private static Measurement<int> Ended(string kind, string ending, int count) => new(
        count,
        new KeyValuePair<string, object?>(Attributes.Kind, kind),
        new KeyValuePair<string, object?>(Attributes.Ending, ending));

    private IReadOnlyDictionary<string, LongLivedCount> Kinds() => lifecycle.Describe().LongLived;

    private IEnumerable<Measurement<int>> Draining(Func<GenerationStatus, int> count)
    {
        IEnumerable<GenerationStatus> own = lifecycle.Drains && generation() is not null ? [lifecycle.Describe()] : [];

        // Several rolled-back processes may have the same generation.
        return
        [
            .. own.Concat(older.Living)
                .GroupBy(p => p.Generation)
                .Select(g => new Measurement<int>(g.Sum(count), new KeyValuePair<string, object?>(Attributes.Generation, g.Key))),
        ];
    }
}

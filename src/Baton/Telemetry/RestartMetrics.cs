using System.Diagnostics;
using System.Diagnostics.Metrics;
using Baton.Handover;
using Baton.Lifecycle;
using static Baton.BatonTelemetry;

namespace Baton.Telemetry;

/// <summary>The instruments: observable ones are read when somebody collects, the others count events.</summary>
internal sealed class RestartMetrics : IDisposable
{
    // Buckets in seconds. OpenTelemetry's defaults are made for milliseconds.
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    };

    private readonly Counter<long> _restarts;
    private readonly Histogram<double> _restartDuration;
    private readonly Histogram<double> _handoverDuration;
    private readonly Histogram<double> _phaseDuration;
    private readonly Counter<long> _forcedConnections;
    private readonly Counter<long> _forcedRequests;

    internal RestartMetrics(string version, ProcessLifecycle lifecycle, OlderGenerations older, Func<int?> generation)
    {
        Meter = new Meter(Name, version);
        _restarts = Meter.CreateCounter<long>(Metrics.Restarts, "{restart}", "Restarts that have ended.");
        _restartDuration = Duration(
            Metrics.RestartDuration, "From the request for a restart to its outcome, the probation included.");
        _handoverDuration = Duration(
            Metrics.HandoverDuration, "From the request for a restart to the moment in which the successor was told to serve.");
        _phaseDuration = Duration(Metrics.PhaseDuration, "What the time of restarts went into.");
        _forcedConnections = Meter.CreateCounter<long>(
            Metrics.ForcedConnections, "{connection}", "Connections with work in progress that were cut.");
        _forcedRequests = Meter.CreateCounter<long>(Metrics.ForcedRequests, "{request}", "Requests that were cut.");
        Observe(new ObservedProcess(lifecycle, older, generation));
    }

    internal Meter Meter { get; }

    /// <summary>Whether anybody collects.</summary>
    internal bool Enabled =>
        _restarts.Enabled
            || _restartDuration.Enabled
            || _handoverDuration.Enabled
            || _phaseDuration.Enabled
            || _forcedConnections.Enabled
            || _forcedRequests.Enabled;

    internal void Handle(LifecycleEvent lifecycleEvent)
    {
        switch (lifecycleEvent)
        {
            case LifecycleEvent.RestartRefused refused:
                Count("refused", refused.Reason.Failure);
                break;
            case LifecycleEvent.RestartEnded ended:
                Ended(ended.Record, TelemetryNames.Outcome(ended.Record.Failure, ended.RolledBack));
                break;
            case LifecycleEvent.WorkCut cut:
                _forcedConnections.Add(cut.Work.Connections);
                _forcedRequests.Add(cut.Work.Requests);
                break;
        }
    }

    public void Dispose() => Meter.Dispose();

    private Histogram<double> Duration(string name, string description) =>
        Meter.CreateHistogram(name, "s", description, tags: null, Durations);

    private void Observe(ObservedProcess process)
    {
        Meter.CreateObservableGauge(
            Metrics.Generation, process.Generation, "{generation}", "1 for the first process, one more with every restart.");
        Meter.CreateObservableUpDownCounter(
            Metrics.State, process.States, "{process}", "1 for the state in which the process is, 0 for all others.");
        Meter.CreateObservableGauge(
            Metrics.ProbationRemaining, process.ProbationRemaining, "s", "How long the probation goes on.");
        Meter.CreateObservableUpDownCounter(
            Metrics.DrainingConnections,
            process.DrainingConnections,
            "{connection}",
            "Connections of processes that only finish their work.");
        Meter.CreateObservableUpDownCounter(
            Metrics.DrainingRequests,
            process.DrainingRequests,
            "{request}",
            "Requests of processes that only finish their work.");
        Meter.CreateObservableUpDownCounter(
            Metrics.LongLived, process.LongLived, "{request}", "What lives long, as WebSockets and streams do.");
        Meter.CreateObservableCounter(
            Metrics.LongLivedEnded, process.LongLivedEnded, "{request}", "What lived long and was ended by a drain.");
    }

    private void Ended(RestartRecord record, string outcome)
    {
        Count(outcome, record.Failure);
        _restartDuration.Record(record.Duration.TotalSeconds, new KeyValuePair<string, object?>(Attributes.Outcome, outcome));
        foreach (RestartPhase phase in record.Phases)
        {
            _phaseDuration.Record(
                phase.Duration.TotalSeconds,
                new KeyValuePair<string, object?>(Attributes.Phase, TelemetryNames.Phase(phase)));
        }

        if (record.ServedAfter is { } served)
        {
            _handoverDuration.Record(served.TotalSeconds);
        }
    }

    private void Count(string outcome, RestartFailure? failure)
    {
        var tags = new TagList { { Attributes.Outcome, outcome } };
        if (failure is { } reason)
        {
            tags.Add(Attributes.ErrorType, TelemetryNames.Of(reason));
        }

        _restarts.Add(1, tags);
    }
}

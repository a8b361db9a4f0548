using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Baton.Handover;
using Baton.Lifecycle;
using Baton.Telemetry;
using Baton.Tests.Support;

namespace Baton.Tests.Telemetry;

/// <summary>The telemetry of one process, and what those hear who listen to it and to no other.</summary>
internal sealed class TelemetryFixture : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ServiceTelemetry _telemetry;
    private readonly List<IDisposable> _listeners = [];

    internal TelemetryFixture(LifecycleFixture process, int? generation = 1, Action<Action>? aside = null)
    {
        Process = process;
        Older = new OlderGenerations(Deadline.Limit, process.Logger);
        _telemetry = new ServiceTelemetry(process.Lifecycle, process.Context, Older, () => generation, aside ?? (action => action()));
    }

    internal LifecycleFixture Process { get; }

    internal OlderGenerations Older { get; }

    internal Task Told => _telemetry.Told;

    /// <summary>Those that have ended, in that order.</summary>
    internal IReadOnlyList<Activity> Spans => [.. _spans];

    internal List<(string Name, string Tags, double Value)> Measured { get; } = [];

    internal IReadOnlyList<Instrument> Instruments
    {
        get
        {
            var instruments = new List<Instrument>();
            using var listener = new MeterListener
            {
                InstrumentPublished = (instrument, _) => instruments.AddRange(instrument.Meter == _telemetry.Meter ? [instrument] : Array.Empty<Instrument>()),
            };
            listener.Start();
            return instruments;
        }
    }

    internal DateTime Now => Process.Options.TimeProvider.GetUtcNow().UtcDateTime;

    internal TelemetryFixture WithTraces(Action<Activity>? stopped = null)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source == _telemetry.Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped ?? _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        _listeners.Add(listener);
        return this;
    }

    internal TelemetryFixture WithMetrics()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter == _telemetry.Meter)
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Measure(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measure(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measure(instrument, value, tags));
        listener.Start();
        _listeners.Add(listener);
        return this;
    }

    /// <summary>What can be observed now, as "name {tags} value".</summary>
    internal IReadOnlyList<string> Observe()
    {
        Measured.Clear();
        _listeners.OfType<MeterListener>().Single().RecordObservableInstruments();
        return Texts();
    }

    internal IReadOnlyList<string> Texts() => [.. Measured.Select(m => FormattableString.Invariant($"{m.Name} {{{m.Tags}}} {m.Value}"))];

    internal Activity Span(string name) => Assert.Single(Spans, s => s.OperationName == name);

    public void Dispose()
    {
        _listeners.ForEach(l => l.Dispose());
        _telemetry.Dispose();
    }

    private void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        Measured.Add((instrument.Name, string.Join(", ", tags.ToArray().Select(t => $"{t.Key}={t.Value}")), value));
}

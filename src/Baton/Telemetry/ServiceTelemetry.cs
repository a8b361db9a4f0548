using System.Diagnostics;
using System.Diagnostics.Metrics;
using Baton.Handover;
using Baton.Lifecycle;

namespace Baton.Telemetry;

/// <summary>
/// Metrics and traces of one restarter, from its lifecycle events. Listeners are called on a <see cref="TelemetryThread"/>, with
/// the times of the events.
/// </summary>
internal sealed class ServiceTelemetry : IDisposable
{
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LifecycleContext _context;
    private readonly SuccessionTracer _succession;
    private readonly Action<Action> _aside;
    private volatile RestartMetrics? _metrics;
    private volatile RestartTracer? _tracer;

    /// <param name="lifecycle">This process.</param>
    /// <param name="context">What it works with.</param>
    /// <param name="older">The processes before it.</param>
    /// <param name="generation">Its generation; null as long as its predecessor has not said it. From any thread, and at
    /// once.</param>
    /// <param name="aside">Runs what listeners do; null for a thread of its own.</param>
    internal ServiceTelemetry(
        ProcessLifecycle lifecycle,
        LifecycleContext context,
        OlderGenerations older,
        Func<int?> generation,
        Action<Action>? aside = null)
    {
        _context = context;
        _aside = aside ?? new TelemetryThread(context.Logger).Post;
        _succession = new SuccessionTracer(() => Source, context.Options.TimeProvider, ProcessBegun, _aside);
        context.Feed.Subscribe(Handle, reports: false);

        // The first of their kind in a process, they take some ten milliseconds, in which the application can begin to build its
        // host.
        _aside(() =>
        {
            string version = typeof(ServiceTelemetry).Assembly.GetName().Version?.ToString(3) ?? "";
            _metrics = new RestartMetrics(version, lifecycle, older, generation);
            _tracer = new RestartTracer(new ActivitySource(BatonTelemetry.Name, version));
        });
    }

    /// <summary>Null for the first moments.</summary>
    internal ActivitySource? Source => _tracer?.Source;

    /// <summary>The same.</summary>
    internal Meter? Meter => _metrics?.Meter;

    /// <summary>Completes when the process has nothing left to do and listeners know it, or take too long.</summary>
    internal Task Told => _told.Task;

    /// <summary>Idle connections have moved; from any thread.</summary>
    internal void Moved(int connections)
    {
        if (_metrics is { Enabled: true } metrics)
        {
            _aside(() => metrics.Moved(connections));
        }
    }

    public void Dispose()
    {
        _context.Feed.Unsubscribe(Handle);
        _aside(() =>
        {
            _metrics?.Dispose();
            Source?.Dispose();
        });
    }

    // What comes each second, or is in the record of a restart anyhow, is not worth a thread.
    private static bool IsRecorded(LifecycleEvent lifecycleEvent) =>
        lifecycleEvent is LifecycleEvent.StateChanged
            or LifecycleEvent.WorkCut
            or LifecycleEvent.Drained
            or (LifecycleEvent.OfRestart and not LifecycleEvent.RestartPhaseChanged);

    private static DateTimeOffset ProcessBegun()
    {
        using var self = Process.GetCurrentProcess();
        return self.StartTime.ToUniversalTime();
    }

    private void End(bool heard)
    {
        if (!heard)
        {
            _told.TrySetResult();
            return;
        }

        // Behind all the rest.
        _aside(() => _told.TrySetResult());
        _context.Loop.Schedule(_context.Options.HandshakeTimeout, () => _told.TrySetResult());
    }

    private void Handle(LifecycleEvent lifecycleEvent)
    {
        _succession.Handle(lifecycleEvent);
        bool heard = _metrics is { Enabled: true } || Source?.HasListeners() == true;
        if (heard && IsRecorded(lifecycleEvent))
        {
            DateTimeOffset at = _context.Options.TimeProvider.GetUtcNow();

            // Separately: if a listener of one throws, the other still gets the event.
            _aside(() => _metrics?.Handle(lifecycleEvent));
            _aside(() => _tracer?.Handle(lifecycleEvent, at, _succession.Restart));
        }

        if (lifecycleEvent is LifecycleEvent.StateChanged { State: ProcessState.Exited })
        {
            End(heard);
        }
    }
}

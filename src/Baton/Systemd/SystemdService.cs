using Baton.Interop;
using Baton.Lifecycle;
using Baton.Processes;
using Baton.Resources;

namespace Baton.Systemd;

/// <summary>
/// This process as part of a systemd service (sd_notify(3)): reports the main process and the status, feeds the watchdog, keeps
/// the listeners in the fd store. Only the process in charge sends; at a handover it sends for both. Lives on the control loop.
/// </summary>
internal sealed class SystemdService
{
    private const int ServiceDiedExitCode = 1;

    private readonly RestarterOptions _options;
    private readonly Notifier _notifier;
    private readonly Watchdog? _watchdog;
    private readonly FdStore _store;
    private readonly StopTime _stopTime;
    private readonly bool _belowRun;
    private readonly Adoption _adoption;
    private readonly Func<OpenWork> _open;

    /// <summary>Separate from <see cref="Follow"/> for tests.</summary>
    internal SystemdService(
        Func<string, Descriptor?, int> trySend, TimeSpan? watchdog, ResourceRegistry listeners, LifecycleContext context,
        Func<OpenWork> open,
        Func<Action<int, Action>, Action>? findStandIn, Action<Action>? queueToThreadPool = null, bool belowRun = false)
    {
        ControlLoop loop = context.Loop;
        (_options, _open) = (context.Options, open);
        _notifier = new Notifier(trySend, loop, context.Logger);
        _store = new FdStore(listeners, _notifier, loop, context.Logger);
        _stopTime = new StopTime(context, AskForStopTime);
        _adoption = new Adoption(_notifier, loop, findStandIn, context.Logger);
        if (watchdog is { } interval)
        {
            _watchdog = new Watchdog(interval, loop, queueToThreadPool ?? RunOnThePool, () => _notifier.Send("WATCHDOG=1"));
        }

        context.Feed.Subscribe(Handle, reports: false);
        if (_belowRun = belowRun)
        {
            loop.Post(() => _notifier.Send(RunReport.Hello));
        }
    }

    /// <summary>Reports lifecycle events to systemd from now on; does nothing outside a service.</summary>
    /// <param name="environment">Where to.</param>
    /// <param name="predecessor">The predecessor; null for none.</param>
    /// <param name="run">The command that plays systemd's part; null for systemd itself.</param>
    internal static void Follow(
        SystemdEnvironment environment,
        int? predecessor,
        RunParent? run,
        ResourceRegistry listeners,
        LifecycleContext context,
        Func<OpenWork> open)
    {
        if (environment.Socket is { } socket)
        {
            // baton run adopts every generation by itself. Its own end is told once, by RunParent.
            _ = new SystemdService(
                run is null ? socket.TrySend : (text, descriptor) => IgnoreEnd(socket.TrySend(text, descriptor)),
                environment.WatchdogInterval, listeners, context, open,
                run is null && predecessor is { } pid ? gone =>
                    StandIn.Find(pid, socket, context.Options.HandshakeTimeout, context.Logger, gone) : null,
                belowRun: run is not null);
        }
    }

    private static void RunOnThePool(Action action) =>
        ThreadPool.UnsafeQueueUserWorkItem(static a => a(), action, preferLocal: false);

    private static int IgnoreEnd(int error) => error == Libc.ECONNREFUSED ? 0 : error;

    private static string Main(int pid) => Notifier.Line("MAINPID", pid);

    // CLOCK_MONOTONIC in microseconds. systemd compares it with the time of its reload request.
    private static string MonotonicTime()
    {
        _ = Libc.clock_gettime(Libc.CLOCK_MONOTONIC, out Libc.Timespec now);
        return Notifier.Line("MONOTONIC_USEC", (now.tv_sec * 1_000_000) + (now.tv_nsec / 1000));
    }

    private void Handle(LifecycleEvent lifecycleEvent)
    {
        Tell(lifecycleEvent);
        _adoption.Handle(lifecycleEvent);
    }

    private void Tell(LifecycleEvent lifecycleEvent)
    {
        switch (lifecycleEvent)
        {
            case LifecycleEvent.Serves serves:
                Serve(serves);
                break;
            case LifecycleEvent.StateChanged { Previous: ProcessState.OnProbation, State: ProcessState.Serving } proved:
                _notifier.SendStatus($"Generation {proved.Generation} serves");
                _store.Update();
                break;
            case LifecycleEvent.RestartBegun begun:
                BeginRestart(begun);
                break;
            case LifecycleEvent.RestartRefused { Tried: true } refused:
                // A caller of systemctl reload waits for READY, and systemd for both lines.
                BeginRestart(refused);
                ServeOn("READY=1", Notifier.Status(refused.Reason.Message));
                break;
            case LifecycleEvent.RestartPhaseChanged { Speaker: { } successor } progress:
                _notifier.SendStatus($"Restarting: successor {successor}: {progress.Phase.Words}");
                break;
            case LifecycleEvent.RestartEnded { ServesOn: true } failed:
                // Names its pid: a successor that lost contact with this process may have named itself.
                ServeOn(Main(Environment.ProcessId), "READY=1", Notifier.Status(failed.Record.Explanation));
                break;
            case LifecycleEvent.LeftAlone alone:
                // Sent before it is ready: systemd ends the whole service with the main process that it knows, and the watchdog
                // is running.
                _notifier.Send(
                    Main(Environment.ProcessId),
                    Notifier.Status(
                        $"Process {alone.DeadPid}, which served, has died; process {Environment.ProcessId} serves as soon as " +
                            $"it is ready"));
                _watchdog?.Begin();
                break;
            case LifecycleEvent.HandingOver { ToTaker: true } taker:
                // It belongs to another unit. This unit goes on until this process has finished its work.
                _store.Pause();
                _notifier.Send("READY=1", Notifier.Status($"Process {taker.Pid} takes over, as generation {taker.Generation}"));
                break;
            case LifecycleEvent.HandingOver successor:
                _watchdog?.End();
                _store.Pause();
                _notifier.Send(
                    Main(successor.Pid),
                    "READY=1",
                    Notifier.Status(Serving(successor.Generation, successor.Probation, successor.AwaitsConfirm)));
                break;
            case LifecycleEvent.ServesAgain again:
                _notifier.Send(
                    Main(Environment.ProcessId),
                    "READY=1",
                    Notifier.Status($"Rolled back: generation {again.Generation} serves again"));
                _watchdog?.Begin();
                _store.Update();
                break;
            case LifecycleEvent.Replacing:
                _store.Withdraw();
                break;
            case LifecycleEvent.SuccessorStarted { Strategy: RestartStrategy.Handover } started when _belowRun:
                _notifier.Send(RunReport.Successor(started.Pid, started.Generation));
                break;
            case LifecycleEvent.SuccessorStarted { Strategy: RestartStrategy.Complete } replaces:
                _watchdog?.End();
                _notifier.Send(
                    Main(replaces.Pid),
                    Notifier.Status(
                        $"Restarting: generation {replaces.Generation}, process {replaces.Pid}, starts in place of this one"));
                break;
            case LifecycleEvent.GaveBack:
                _watchdog?.End();
                _store.Pause();
                break;
            case LifecycleEvent.NobodyServes nobody:
                // For Restart=on-failure: systemd sees only the end of this process.
                Environment.ExitCode = Environment.ExitCode == 0 ? ServiceDiedExitCode : Environment.ExitCode;
                if (_belowRun)
                {
                    _notifier.Send(RunReport.NobodyServes);
                    break;
                }

                _notifier.Send(
                    Main(Environment.ProcessId),
                    Notifier.Status(
                        $"Process {nobody.DeadPid}, which served, has died; process {Environment.ProcessId} finishes its work " +
                            $"and ends"));
                break;
            case LifecycleEvent.Stopping:
                _store.Pause();
                _notifier.Send("STOPPING=1", Notifier.Status(Draining()));
                _stopTime.Begin();
                break;
        }
    }

    private void Serve(LifecycleEvent.Serves serves)
    {
        if (!serves.TookOver)
        {
            _notifier.Send("READY=1", Notifier.Status(Serving(serves.Generation, serves.Probation, serves.AwaitsConfirm)));
        }

        _watchdog?.Begin();
        if (serves.Probation == TimeSpan.Zero)
        {
            // During a probation the store holds the predecessor's listeners, which it would serve again.
            _store.Update();
        }
    }

    private void BeginRestart(LifecycleEvent.OfRestart restart) =>
        _notifier.Send("RELOADING=1", MonotonicTime(), Notifier.Status($"Restarting: asked by {restart.Request.Trigger}"));

    private void ServeOn(params string[] lines)
    {
        _notifier.Send(lines);
        _store.Update();
    }

    private void AskForStopTime(TimeSpan time)
    {
        _notifier.Send(Notifier.Line("EXTEND_TIMEOUT_USEC", (long)time.TotalMicroseconds), Notifier.Status(Draining()));
    }

    private string Draining() => $"Draining {_open().Connections} connections";

    private string Serving(int generation, TimeSpan probation, bool awaitsConfirm) => probation == TimeSpan.Zero
        ? $"Generation {generation} serves"
        : awaitsConfirm
        ? $"Generation {generation} serves, and is rolled back unless confirmed by " +
            $"{_options.TimeProvider.GetUtcNow() + probation:yyyy-MM-dd HH:mm:ss} UTC"
        : $"Generation {generation} serves, on probation until {_options.TimeProvider.GetUtcNow() + probation:HH:mm:ss} UTC";
}

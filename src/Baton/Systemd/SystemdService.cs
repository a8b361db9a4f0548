using Baton.Interop;
using Baton.Lifecycle;
using Baton.Listeners;
using Microsoft.Extensions.Logging;

namespace Baton.Systemd;

/// <summary>
/// This process as a part of a systemd service (sd_notify(3)): says who is in charge and what goes on, gives the watchdog its signs, keeps the listeners in
/// the fd store. Only the process in charge speaks; what it says at a handover it says for both. Does nothing outside a service. Lives on the control loop.
/// </summary>
internal sealed class SystemdService
{
    private const int ServiceDiedExitCode = 1;

    private readonly RestarterOptions _options;
    private readonly Notifier? _notifier;
    private readonly Watchdog? _watchdog;
    private readonly FdStore? _store;
    private readonly StopTime? _stopTime;
    private readonly Adoption? _adoption;
    private readonly Func<OpenWork> _open;

    internal SystemdService(
        SystemdEnvironment environment, int? predecessor, ListenerRegistry listeners, ControlLoop loop, RestarterOptions options, Func<OpenWork> open, ILogger logger)
        : this(
            environment.Socket is null ? null : environment.Socket.TrySend, environment.WatchdogInterval, listeners, loop, options, open, logger,
            findStandIn: predecessor is { } pid ? gone => StandIn.Find(pid, environment.Socket!, options.HandshakeTimeout, logger, gone) : null)
    {
    }

    /// <summary>For tests.</summary>
    internal SystemdService(
        Func<string, Descriptor?, int>? trySend, TimeSpan? watchdog, ListenerRegistry listeners, ControlLoop loop, RestarterOptions options, Func<OpenWork> open,
        ILogger logger, Action<Action>? runAmongWork = null, Func<Action<int, Action>, Action>? findStandIn = null)
    {
        (_options, _open) = (options, open);
        if (trySend is null)
        {
            return;
        }

        _notifier = new Notifier(trySend, loop, logger);
        _store = new FdStore(listeners, _notifier, loop, logger);
        _stopTime = new StopTime(options, loop, AskForStopTime);
        _adoption = new Adoption(_notifier, loop, findStandIn, logger);
        if (watchdog is { } interval)
        {
            _watchdog = new Watchdog(interval, loop, runAmongWork ?? RunOnThePool, () => _notifier.Send("WATCHDOG=1"));
        }
    }

    /// <summary>Something has become of the service.</summary>
    internal void Hear(ServiceNews news)
    {
        if (_notifier is { } notifier)
        {
            Hear(notifier, news);
            _adoption!.Hear(news);
        }
    }

    private static void RunOnThePool(Action action) => ThreadPool.UnsafeQueueUserWorkItem(static a => a(), action, preferLocal: false);

    private static string Main(int pid) => Notifier.Line("MAINPID", pid);

    // CLOCK_MONOTONIC in microseconds; systemd compares it with the moment in which it asked for the reload.
    private static string MonotonicTime()
    {
        _ = Libc.clock_gettime(Libc.CLOCK_MONOTONIC, out Libc.Timespec now);
        return Notifier.Line("MONOTONIC_USEC", (now.tv_sec * 1_000_000) + (now.tv_nsec / 1000));
    }

    private void Hear(Notifier notifier, ServiceNews news)
    {
        switch (news)
        {
            case ServiceNews.Serves serves:
                Serve(notifier, serves);
                break;
            case ServiceNews.Proved proved:
                notifier.SendStatus($"Generation {proved.Generation} serves");
                _store!.Update();
                break;
            case ServiceNews.Restarting restarting:
                notifier.Send("RELOADING=1", MonotonicTime(), Notifier.Status($"Restarting: asked by {restarting.Trigger}"));
                break;
            case ServiceNews.Progress progress:
                notifier.SendStatus($"Restarting: {progress.Words}");
                break;
            case ServiceNews.RestartFailed failed:
                notifier.Send("READY=1", Notifier.Status(failed.Reason));
                _store!.Update();
                break;
            case ServiceNews.HandsOver handsOver:
                _watchdog?.End();
                _store!.Pause();
                notifier.Send(Main(handsOver.Pid), "READY=1", Notifier.Status(Serving(handsOver.Generation, handsOver.Probation)));
                break;
            case ServiceNews.ServesAgain again:
                notifier.Send(Main(Environment.ProcessId), "READY=1", Notifier.Status($"Rolled back: generation {again.Generation} serves again"));
                _watchdog?.Begin();
                _store!.Update();
                break;
            case ServiceNews.Replacing:
                _store!.Withdraw();
                break;
            case ServiceNews.Replaced replaced:
                _watchdog?.End();
                notifier.Send(Main(replaced.Pid), Notifier.Status($"Restarting: generation {replaced.Generation}, process {replaced.Pid}, starts in place of this one"));
                break;
            case ServiceNews.GaveBack:
                _watchdog?.End();
                _store!.Pause();
                break;
            case ServiceNews.NobodyServes nobody:
                // For Restart=on-failure: systemd notices the end of this process only.
                Environment.ExitCode = Environment.ExitCode == 0 ? ServiceDiedExitCode : Environment.ExitCode;
                notifier.Send(Main(Environment.ProcessId), Notifier.Status($"Process {nobody.DeadPid}, which served, has died; process {Environment.ProcessId} finishes its work and ends"));
                break;
            case ServiceNews.Stopping:
                _store!.Pause();
                notifier.Send("STOPPING=1", Notifier.Status(Draining()));
                _stopTime!.Begin();
                break;
        }
    }

    private void Serve(Notifier notifier, ServiceNews.Serves serves)
    {
        if (!serves.TookOver)
        {
            notifier.Send("READY=1", Notifier.Status(Serving(serves.Generation, serves.Probation)));
        }

        _watchdog?.Begin();
        if (serves.Probation == TimeSpan.Zero)
        {
            // On probation it is the predecessor's listeners that are stored: those it would serve again.
            _store!.Update();
        }
    }

    private void AskForStopTime(TimeSpan time)
    {
        _notifier!.Send(Notifier.Line("EXTEND_TIMEOUT_USEC", (long)time.TotalMicroseconds), Notifier.Status(Draining()));
    }

    private string Draining() => $"Draining {_open().Connections} connections";

    private string Serving(int generation, TimeSpan probation) => probation == TimeSpan.Zero
        ? $"Generation {generation} serves"
        : $"Generation {generation} serves, on probation until {_options.TimeProvider.GetUtcNow() + probation:HH:mm:ss} UTC";
}

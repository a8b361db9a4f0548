using System.Runtime.InteropServices;
using Baton.Control;
using Baton.Handover;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Resources;
using Baton.Processes;
using Baton.Systemd;
using Baton.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton;

/// <summary>
/// Graceful restart of this process: inherits listeners from a predecessor, starts a successor when asked, hands over, and ends
/// when the work is done. One for each process. ASP.NET Core applications get it by <c>builder.UseGracefulRestart()</c>.
/// </summary>
public sealed partial class Restarter : IAsyncDisposable
{
    /// <summary>
    /// Exit code of a process whose open work was cut, by the drain timeout or by force, or whose application did not end in its
    /// time: 124, as of timeout(1).
    /// </summary>
    public const int ForcedExitCode = 124;

    /// <summary>Exit code of a process whose predecessor took over again because it was unhealthy: 1.</summary>
    public const int RolledBackExitCode = 1;

    // By then the first requests have been answered; a restart that is asked earlier only takes some milliseconds longer.
    private static readonly TimeSpan RehearsalDelay = TimeSpan.FromSeconds(1);

    private static Restarter? s_default;

    private readonly RestarterOptions _options;
    private readonly BufferedLogger _logger;
    private readonly ControlLoop _loop;
    private readonly ProcessLifecycle _lifecycle;
    private readonly WorkRegister _work = new();
    private readonly OlderGenerations _older;
    private readonly SuccessorRole? _successor;
    private readonly CompleteRestart? _replaces;
    private readonly SignalTriggers _signals;
    private readonly SignalActions _signalActions;
    private readonly StatusSource _status;
    private readonly ServiceTelemetry _telemetry;

    private Restarter(RestarterOptions options)
    {
        options.Validate();
        _options = options;
        _logger = new BufferedLogger();
        if (options.LoggerFactory is not NullLoggerFactory)
        {
            UseLogger(options.LoggerFactory);
        }

        _loop = new ControlLoop(options.TimeProvider, _logger);
        Gate = new AcceptGate(_logger.AcceptCallbackFailed);
        Listeners = new ListenerRegistry(_logger);

        // In this order: how this process was started, before anything changes that; handlers, before a signal can kill; the
        // predecessor.
        var systemd = SystemdEnvironment.Take(DiagnosticVariables.ForSuccessors(StartCommand.Capture(), _logger), _logger);
        StartCommand command = SocketActivation.Take(systemd.Command, Listeners.Resources, _logger);
        var terminal = TerminalSession.Find(options.TimeProvider);
        _signals = new SignalTriggers(
            AllSignals, signal => _loop.Post(() => _signalActions!.Arrived(signal)), terminal, hangUp => _loop.Post(() => _signalActions!.HungUp(hangUp)));
        SignalTriggers.Unblock(AllSignals);
        _older = new OlderGenerations(options.HandshakeTimeout, _logger);
        _successor = Platform.HandoverSupported ? SuccessorRole.Find(Listeners.Resources, _older, options, _logger) : null;
        if ((_replaces = CompleteRestart.Find()) is not null)
        {
            Listeners.AwaitAddresses(new DepartingPredecessor(_replaces.WaitGone, options.HandshakeTimeout));
        }

        int? predecessor = _successor?.Pid ?? _replaces?.Predecessor;
        command = SystemdEnvironment.Succeed(command, predecessor);
        var endpoints = new Endpoints(Listeners.Resources, Gate, _successor, _older, options.PidFile, _logger);
        var identity = new ServiceIdentity(options.Name, command.Program, options.TimeProvider.GetUtcNow());
        var context = new LifecycleContext(_loop, options, _logger)
        {
            Endpoints = endpoints,
            Work = _work,
            Programs = new Programs(options, command, Listeners.Resources, _logger)
            {
                WhyNoSuccessor = ContainerMain.WhyNoSuccessor(isFirst: predecessor is null),
                Terminal = terminal,
                MayStandIn = systemd.Socket is null,
            },
            Older = _older,
            Process = new OwnProcess(_successor, options.ExitTimeout, options.LogTime, _logger),
            Predecessor = _successor,
            Identity = identity,
        };

        if (_successor is not null && systemd.Socket is { } manager)
        {
            // At once: systemd ends the service when it learns of the end of the main process before it learns that another one
            // is.
            _successor.Deserted = () => _ = manager.TrySend(Notifier.Line("MAINPID", Environment.ProcessId), descriptor: null);
        }

        // Before all other subscribers: a client that comes by their events finds that systemd knows.
        SystemdService.Follow(systemd, predecessor, Listeners.Resources, context, () => _work.Describe().Total);
        _lifecycle = new ProcessLifecycle(() => KnownGeneration, context);
        TerminalFollower.Follow(terminal, context, () => _lifecycle.Restarts.SuccessorPid);
        _older.Departed = (generation, drainedAt, gone) => _loop.Post(() => _lifecycle.Restarts.OlderDeparted(generation, drainedAt, gone));
        _status = new StatusSource(_lifecycle, Listeners.Resources, _older, predecessor, identity);
        _telemetry = new ServiceTelemetry(_lifecycle, context, _older, () => KnownGeneration > 0 ? KnownGeneration : null);
        Operations = new ControlService(_lifecycle, context, _status.Take);
        ControlServer? control = ControlServer.Create(Operations, Listeners.Resources, predecessor);
        _status.NameHolder = () => control?.NameHolder;
        endpoints.TakeOurs = control is null ? null : control.Inherit;
        _loop.StepFailed = _lifecycle.PutRight;
        Exited = Task.WhenAll(LoggedAsync(), _telemetry.Told, control?.Told ?? Task.CompletedTask);
        _signalActions = new SignalActions(options.Signals, _lifecycle, _logger, terminal, options.TimeProvider);
        Servers = new ServerRegister(_loop, _logger, options, _lifecycle.Start);
        Begin(command);
    }

    /// <summary>The restarter of this process, started by <see cref="Start"/>; null before, and after it was disposed.</summary>
    public static Restarter? Default => Volatile.Read(ref s_default);

    /// <summary>The listening sockets of this process.</summary>
    public ListenerRegistry Listeners { get; }

    /// <summary>1 for the first process, one more with every restart.</summary>
    /// <exception cref="RestartException">This process was started to take over, but its predecessor is gone, does not answer or
    /// refuses.</exception>
    public int Generation => _successor?.Generation ?? _replaces?.Generation ?? 1;

    /// <summary>
    /// Cancelled when a successor serves or a shutdown was asked: stop accepting, finish what is open. After a restart that was
    /// rolled back there is a new one: a server that accepts by itself uses <see cref="WaitToAcceptAsync"/>.
    /// </summary>
    public CancellationToken Draining => _work.Draining;

    /// <summary>Cancelled when this process is to end; not before a successor has proved itself.</summary>
    public CancellationToken Stopping => _work.Stopping;

    /// <summary>Completes when nothing is open any more or the rest was cut: leave.</summary>
    public Task Exited { get; }

    /// <summary>A snapshot for people and programs.</summary>
    public RestartStatus Status => _status.Take();

    // At once and without fail, as the lifecycle needs it: 0 in a successor that its predecessor has not answered.
    private int KnownGeneration => _successor is null ? _replaces?.Generation ?? 1 : _successor.KnownGeneration ?? 0;

    private IEnumerable<PosixSignal> AllSignals => _options.Signals.Signals;

    /// <summary>
    /// Starts graceful restart in this process, as early as possible: registers for signals and, in a successor, begins to take
    /// over the listeners. If that fails, because the predecessor is gone, does not answer or refuses, this process ends with
    /// exit code 1 and says why.
    /// </summary>
    /// <param name="options">Limits and triggers; null for the defaults.</param>
    /// <exception cref="InvalidOperationException">This process has a restarter already.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <returns>The restarter, also at <see cref="Default"/>.</returns>
    public static Restarter Start(RestarterOptions? options = null)
    {
        if (Default is not null)
        {
            throw new InvalidOperationException("This process has a restarter already: Restarter.Default.");
        }

        var restarter = new Restarter(options ?? new RestarterOptions());
        Volatile.Write(ref s_default, restarter);
        return restarter;
    }

    /// <summary>
    /// Says that the service can serve. Completes when it does: at once in a first generation, in a successor when the
    /// predecessor has stopped accepting. Listeners that were inherited but not asked for are closed.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, not the start.</param>
    /// <exception cref="RestartException">A shutdown was asked before.</exception>
    /// <returns>A task that completes when this process serves.</returns>
    public Task ReadyAsync(CancellationToken cancellationToken = default)
    {
        _loop.Post(_lifecycle.Start.ServiceReady);
        return _lifecycle.Start.Ready.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Says what this process is doing while it starts, for whoever waits for it: the predecessor logs it, and names the last
    /// word if the start fails. Ignored in a first generation and once this process serves.
    /// </summary>
    /// <param name="phase">A few words, such as "loading the catalogue".</param>
    /// <param name="detail">How far it is, such as "3 of 4"; null for nothing to say.</param>
    public void ReportProgress(string phase, string? detail = null)
    {
        ArgumentNullException.ThrowIfNull(phase);
        (phase, string words) = (PeerText.Name(phase), PeerText.Name(detail ?? ""));
        _loop.Post(() => _lifecycle.Start.ReportProgress(phase, words));
    }

    /// <summary>
    /// Says that this process can't serve after all. While it is on probation its predecessor takes over again, and this process
    /// finishes what it has accepted and ends. Ignored, but logged, at any other time.
    /// </summary>
    /// <param name="reason">What is wrong, for the log and for the requester of the restart.</param>
    public void ReportUnhealthy(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        _loop.Post(() => _lifecycle.Probation.ReportUnhealthy(reason));
    }

    /// <summary>
    /// Starts a successor, hands over to it, and waits until it has proved itself: until the end of <see
    /// cref="RestarterOptions.Probation"/>. Asked while this process is itself on probation, or might still take over again, it
    /// begins when that is over; who asks for the same meanwhile gets the same outcome.
    /// </summary>
    /// <param name="program">
    /// The program to start, an absolute path inside one of <see cref="RestarterOptions.AllowedProgramDirectories"/>; null for
    /// the one this process was started as.
    /// </param>
    /// <param name="trigger">Who asks, for the log.</param>
    /// <param name="cancellationToken">Ends the wait, not the restart.</param>
    /// <exception cref="RestartException">Refused, failed or rolled back: this process serves as before, unless a shutdown was
    /// asked.</exception>
    /// <returns>The outcome, once the successor serves for good.</returns>
    public Task<RestartOutcome> RestartAsync(string? program = null, string trigger = "the application", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        var request = new RestartRequest(trigger, program);
        _loop.Post(() => _lifecycle.Restarts.Request(request));
        return OutcomeAsync(request, cancellationToken);
    }

    /// <summary>
    /// Stops accepting and finishes what is open: the service ends. Where a predecessor or a successor is part of a probation,
    /// both end.
    /// </summary>
    /// <param name="trigger">Who asks, for the log.</param>
    /// <param name="cancellationToken">Ends the wait, not the shutdown.</param>
    /// <returns>A task that completes with <see cref="Exited"/>.</returns>
    public Task ShutdownAsync(string trigger = "the application", CancellationToken cancellationToken = default)
    {
        _loop.Post(() => _lifecycle.Shutdown.Request(trigger));
        return Exited.WaitAsync(cancellationToken);
    }

    /// <summary>Shuts down without waiting: what is open is cut, and counted in the log.</summary>
    /// <param name="trigger">Who asks, for the log.</param>
    public void Force(string trigger = "the application") => _loop.Post(() => _lifecycle.Shutdown.Force(trigger));

    /// <summary>
    /// Ends graceful restart in this process: the application's work is done. Shuts down if that was not asked before; but where
    /// another process of the service can serve instead, it does: a predecessor takes over again from one that is on probation.
    /// </summary>
    /// <returns>A task that completes when listeners are closed and signals are released.</returns>
    public async ValueTask DisposeAsync()
    {
        _work.ApplicationDone();
        await LeaveAsync("the application", fault: null, CancellationToken.None).ConfigureAwait(false);
        Release();
        await WrittenAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Waits until this process is to accept: when it serves, and again after a restart that was rolled back. The token that it
    /// gives is cancelled when accepting must stop; null says that this process will never accept again.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Until when to accept; null for never again.</returns>
    public ValueTask<CancellationToken?> WaitToAcceptAsync(CancellationToken cancellationToken = default) => Gate.EnterTheirsAsync(cancellationToken);

    private void Begin(StartCommand command)
    {
        if (_replaces is { } replaces)
        {
            _loop.Post(() => _lifecycle.Start.Greeted(replaces.Trace));
        }

        _successor?.Begin(_lifecycle, _loop, Gate, _options.ExitTimeout);
        AppDomain.CurrentDomain.ProcessExit += FlushLog;

        // After the predecessor was told.
        AppDomain.CurrentDomain.UnhandledException += FlushLog;
        _loop.Start(() =>
        {
            // A thread that always takes the signals: those that existed before keep the mask this process was started with.
            SignalTriggers.Unblock(AllSignals);
            new StarvationGuard(_loop, _logger).Begin();
            if (Platform.HandoverSupported)
            {
                _loop.Schedule(RehearsalDelay, () => SuccessorLink.Rehearse(command));
                _loop.Schedule(OperationsRehearsal.Delay, () => OperationsRehearsal.Start(Operations));
            }
        });
    }
}

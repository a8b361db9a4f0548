using System.Runtime.InteropServices;
using Baton.Control;
using Baton.Handover;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Processes;
using Baton.Resources;
using Baton.Systemd;
using Baton.Telemetry;
using Baton.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton;

/// <summary>
/// The parts of graceful restart in this process, composed. <see cref="Restarter"/> shows applications what they need; assemblies
/// on top of the core use the parts.
/// </summary>
internal sealed class RestarterParts
{
    // The first requests are over by then. An earlier restart only takes some milliseconds longer.
    private static readonly TimeSpan RehearsalDelay = TimeSpan.FromSeconds(1);

    private readonly SuccessorRole? _successor;
    private readonly CompleteRestart? _replaces;
    private readonly SignalActions _signalActions;
    private readonly ServiceTelemetry _telemetry;
    private readonly TrafficMeter? _traffic;

    // The server whose logging gets the lines of the process.
    private RegisteredServer? _logs;

    internal RestarterParts(RestarterOptions options)
    {
        Options = options;
        Logger = new BufferedLogger();
        if (options.LoggerFactory is not NullLoggerFactory)
        {
            UseLogger(options.LoggerFactory);
        }

        Loop = new ControlLoop(options.TimeProvider, Logger);
        Terms = new TermNumbers(options.TimeProvider);
        Gate = new AcceptGate(Terms, Logger.AcceptCallbackFailed);
        Sockets = new SocketRegistry(Logger);
        State.Add(options.StateItems);

        // In this order: the start command, before anything changes it; signal handlers, before a signal can kill; the
        // predecessor.
        var systemd = SystemdEnvironment.Take(DiagnosticVariables.ForSuccessors(StartCommand.Capture(), Logger), Logger);
        var run = RunParent.Find();
        StartCommand command = SocketActivation.Take(systemd.Command, run, Sockets.Resources, Logger);
        var terminal = TerminalSession.Find(options.TimeProvider);
        Signals = new SignalTriggers(
            AllSignals,
            signal => Loop.Post(() => _signalActions!.Arrived(signal)),
            terminal,
            hangUp => Loop.Post(() => _signalActions!.HungUp(hangUp)));
        SignalTriggers.Unblock(AllSignals);
        Older = new OlderGenerations(options.HandshakeTimeout, Logger);
        var identity = new ServiceIdentity(options.Name, command.Program, options.TimeProvider.GetUtcNow());
        _successor = Platform.HandoverSupported ? SuccessorRole.Find(Sockets.Resources, Older, options, Logger) : null;
        if ((_replaces = CompleteRestart.Find()) is not null)
        {
            Sockets.AwaitAddresses(new DepartingPredecessor(_replaces.WaitGone, options.HandshakeTimeout));
        }

        // What has started this process, if that is its predecessor.
        int? parent = _successor?.Pid ?? _replaces?.Predecessor;
        TakeOverSearch? search = parent is null ? TakeOverSearch.Begin(options, identity.Name, command.Program) : null;
        _successor ??= search?.Found is not { } found ? null
            : SuccessorRole.Of(found.Open, found.Predecessor, Sockets.Resources, Older, options, Logger);
        int? predecessor = _successor?.Pid ?? parent;
        command = SystemdEnvironment.Succeed(command, parent ?? run?.Pid);
        var endpoints = new Endpoints(Sockets.Resources, Gate, _successor, Older, options.PidFile, Logger)
        {
            SharingEnded = () =>
            {
                search?.Found?.Dispose();
                _ = Sockets.Resources.Handles.CloseUntakenAfterAsync(options.HandleTimeout, options.TimeProvider);
            },
        };
        _traffic = options.Judge.Enabled && Platform.HandoverSupported ? new TrafficMeter() : null;
        var context = new LifecycleContext(Loop, options, Logger)
        {
            Traffic = _traffic is null ? null : new TrafficHistory(Loop, options.Judge, _traffic.Take),
            Endpoints = endpoints,
            Work = Work,
            Programs = new Programs(options, command, Sockets.Resources, Logger)
            {
                WhyNoSuccessor = ContainerMain.WhyNoSuccessor(isFirst: parent is null),
                Terminal = terminal,
                MayStandIn = systemd.Socket is null,
            },
            Older = Older,
            Process = new OwnProcess(_successor, options.ExitTimeout, options.LogTime, Logger),
            State = new PassedState(State, options),
            Predecessor = _successor,
            Identity = identity,
            Terms = Terms,
        };
        context.CommitSteps.Add(ExclusiveStop = context.Exclusive);
        Exclusive = new ExclusiveLock(identity.Name, options.Control.Directory, Terms, Logger);
        Sockets.Resources.AtCommit.Add(Exclusive);

        if (_successor is { HasNotStartedThis: false } && systemd.Socket is { } manager)
        {
            // At once: systemd ends the service if it learns of the main process's end before it learns of the new one.
            _successor.Deserted = () => _ = manager.TrySend(Notifier.Line("MAINPID", Environment.ProcessId), descriptor: null);
        }

        // Before all other subscribers: a client that follows their events finds systemd informed.
        SystemdService.Follow(systemd, parent, run, Sockets.Resources, context, () => Work.Describe().Total);
        context.CommitSteps.Add(new StateStep(context));
        Lifecycle = new ProcessLifecycle(() => KnownGeneration, context);
        TerminalFollower.Follow(terminal, context, () => Lifecycle.Restarts.HeirPid);
        Older.Departed = (generation, drainedAt, gone) =>
            Loop.Post(() => Lifecycle.Restarts.OlderDeparted(generation, drainedAt, gone));
        Status = new StatusSource(
            Lifecycle, Sockets.Resources, Older, () => _successor is { } role ? role.Pid : parent, identity);
        Status.Waiting = ExclusiveStop.DescribeWaiting;
        Status.Run = run;
        run?.WhenGone(() => Loop.Post(() => RunGone(run)));
        _telemetry = new ServiceTelemetry(Lifecycle, context, Older, () => KnownGeneration > 0 ? KnownGeneration : null);
        Sockets.Resources.Moving.Counted = _telemetry.Moved;
        Operations = new ControlService(Lifecycle, context, Status.Take);
        ControlServer? control = ControlServer.Create(Operations, Sockets.Resources, predecessor, search?.NameLock);
        Status.NameHolder = () => control?.NameHolder;
        endpoints.TakeOurs = control is null ? null : control.Inherit;
        Loop.StepFailed = Lifecycle.PutRight;
        Exited = Task.WhenAll(LoggedAsync(), _telemetry.Told, control?.Told ?? Task.CompletedTask);
        _signalActions = new SignalActions(options.Signals, Lifecycle, Logger, terminal, options.TimeProvider);
        Servers = new ServerRegister(Loop, Logger, options, Lifecycle.Start);
        var watch = new ChangeWatch(options, isFirst: predecessor is null, Logger);
        Begin(command, context.Traffic);
        Action<RestartTrigger> restart = by => Loop.Post(() => Lifecycle.Restarts.Request(new RestartRequest(by)));
        watch.Begin(() => Lifecycle.State, restart, Exited);
        MemoryLimitWatch.Begin(options, isFirst: predecessor is null, Logger, () => Lifecycle.State, restart, Exited);
    }

    /// <summary>The options of the first start, which hold for the process.</summary>
    internal RestarterOptions Options { get; }

    internal BufferedLogger Logger { get; }

    internal ControlLoop Loop { get; }

    internal AcceptGate Gate { get; }

    internal TermNumbers Terms { get; }

    /// <summary>The processes that finish their work.</summary>
    internal OlderGenerations Older { get; }

    /// <summary>Waits for the exclusive services of this process before a commit.</summary>
    internal ExclusiveStop ExclusiveStop { get; }

    /// <summary>Keeps exclusive services from running in two processes.</summary>
    internal ExclusiveLock Exclusive { get; }

    internal SocketRegistry Sockets { get; }

    internal WorkRegister Work { get; } = new();

    /// <summary>The application's state, of all servers.</summary>
    internal StateStore State => Sockets.Resources.AtCommit.State;

    internal SignalTriggers Signals { get; }

    internal ProcessLifecycle Lifecycle { get; }

    internal StatusSource Status { get; }

    /// <summary>The operations on this process, as over the control socket, and its events.</summary>
    internal ControlService Operations { get; }

    /// <summary>The servers of this process: it is ready when all of them are.</summary>
    internal ServerRegister Servers { get; }

    /// <inheritdoc cref="Restarter.Exited"/>
    internal Task Exited { get; }

    /// <inheritdoc cref="Restarter.Generation"/>
    internal int Generation => _successor?.Generation ?? _replaces?.Generation ?? 1;

    // Never blocks or fails, as the lifecycle needs: 0 in a successor without an answer of its predecessor.
    private int KnownGeneration => _successor is null ? _replaces?.Generation ?? 1 : _successor.KnownGeneration ?? 0;

    private IEnumerable<PosixSignal> AllSignals => Options.Signals.Signals;

    /// <summary>The application ends by itself, which is not a shutdown of the service.</summary>
    /// <param name="who">What ends.</param>
    /// <param name="fault">The exception behind it; null if unknown.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal Task LeaveAsync(RestartTrigger who, string? fault, CancellationToken cancellationToken)
    {
        Loop.Post(() => Lifecycle.Shutdown.Leave(who, fault));
        return Exited.WaitAsync(cancellationToken);
    }

    /// <summary>Reports the progress of the start.</summary>
    internal void ReportProgress(PhaseName phase, string? detail)
    {
        string cut = PeerText.Name(detail ?? "");
        Loop.Post(() => Lifecycle.Start.ReportProgress(phase, cut));
    }

    /// <summary>An exception as one line, as the predecessor gets it.</summary>
    internal string Describe(Exception exception) =>
        _successor?.Describe(exception) ?? FailureReason.Describe(exception, predecessor: null);

    /// <summary>The start of a host has failed. What happens to the process is the application's decision.</summary>
    internal void StartFailed(string reason) => _successor?.StartFailed(reason);

    internal void UseLogger(ILoggerFactory factory) => Logger.Attach(factory.CreateLogger("Baton"));

    /// <summary>The lines of the process go to its first server's log, while there is one.</summary>
    internal void UseLogger(ILoggerFactory factory, RegisteredServer server)
    {
        if (_logs is null or { HasLeft: true })
        {
            _logs = server;
            UseLogger(factory);
        }
    }

    // The last lines are written before the application may end and dispose its logging.
    private async Task LoggedAsync()
    {
        await Lifecycle.Exited.ConfigureAwait(false);
        await WrittenAsync().ConfigureAwait(false);
    }

    internal async Task<RestartRecord> OutcomeAsync(RestartRequest request, CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(request.Outcome, Loop.Ended).WaitAsync(cancellationToken).ConfigureAwait(false) == Loop.Ended)
        {
            // A requester that still waits gets no other answer.
            string what = $"Restart by {request.Trigger} was given up: process {Environment.ProcessId} has left.";
            request.Fail(new RestartException(RestartFailure.Stopping, what));
        }

        return await request.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes when the log lines so far are written, or the logger takes too long.</summary>
    internal Task<Task> WrittenAsync() => Task.WhenAny(Logger.WrittenAsync(), Task.Delay(Options.LogTime));

    private void FlushLog(object? sender, EventArgs e) => Logger.Flush(Options.LogTime);

    private void RunGone(RunParent run)
    {
        // A predecessor leaves it to its successor.
        if (Lifecycle.State is ProcessState.Serving or ProcessState.Restarting or ProcessState.OnProbation)
        {
            Logger.RunParentGone(run.Pid, Environment.ProcessId);
        }
    }

    /// <summary>Stops the loop and the signal handlers.</summary>
    internal void Release()
    {
        AppDomain.CurrentDomain.ProcessExit -= FlushLog;
        AppDomain.CurrentDomain.UnhandledException -= FlushLog;
        Signals.Dispose();
        Loop.Dispose();
        _telemetry.Dispose();
        _traffic?.Dispose();
    }

    private void Begin(StartCommand command, TrafficHistory? traffic)
    {
        if (_replaces is { } replaces)
        {
            Loop.Post(() => Lifecycle.Start.Greeted(replaces.Trace));
        }

        _successor?.Begin(Lifecycle, Loop, Gate, Options.ExitTimeout, Options.GentleStart);
        AppDomain.CurrentDomain.ProcessExit += FlushLog;

        // After the predecessor was told.
        AppDomain.CurrentDomain.UnhandledException += FlushLog;
        Loop.Start(() =>
        {
            // A thread that always takes the signals: earlier threads keep the mask of the start.
            SignalTriggers.Unblock(AllSignals);
            new StarvationGuard(Loop, Logger).Begin();
            _traffic?.Begin();
            traffic?.Begin();
            if (Platform.HandoverSupported)
            {
                Loop.Schedule(RehearsalDelay, () => SuccessorLink.Rehearse(command));
                Loop.Schedule(RehearsalDelay, State.WarmUp);
                Loop.Schedule(OperationsRehearsal.Delay, () => OperationsRehearsal.Start(Operations));
            }
        });
    }
}

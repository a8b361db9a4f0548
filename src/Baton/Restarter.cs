using System.Runtime.InteropServices;
using Baton.Handover;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Listeners;
using Baton.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton;

/// <summary>
/// Graceful restart of this process: inherits listeners from a predecessor, starts a successor when asked, hands over, and ends when the work
/// is done. One for each process. ASP.NET Core applications get it by <c>builder.UseGracefulRestart()</c>.
/// </summary>
public sealed class Restarter : IAsyncDisposable
{
    /// <summary>Exit code of a process whose open work was cut, by the drain timeout or by force: 124, as of timeout(1).</summary>
    public const int ForcedExitCode = 124;

    // By then the first requests have been answered; a restart that is asked earlier only takes some milliseconds longer.
    private static readonly TimeSpan RehearsalDelay = TimeSpan.FromSeconds(1);

    private static Restarter? s_default;

    private readonly RestarterOptions _options;
    private readonly BufferedLogger _logger;
    private readonly ControlLoop _loop;
    private readonly ProcessLifecycle _lifecycle;
    private readonly WorkRegister _work = new();
    private readonly SignalTriggers _signals;
    private readonly Succession? _succession;
    private bool _shutdownSignalled;

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
        Listeners = new ListenerRegistry(_logger);

        // In this order: how this process was started, before anything changes that; handlers, before a signal can kill; the predecessor.
        StartCommand? command = Platform.HandoverSupported ? StartCommand.Capture() : null;
        _signals = new SignalTriggers(AllSignals, OnSignal);
        SignalTriggers.Unblock(AllSignals);
        _succession = Platform.HandoverSupported ? Succession.Find(Listeners, options.HandshakeTimeout, _logger) : null;
        var effects = new LifecycleEffects(options, Listeners, Gate, _work, command, _succession, _logger);
        _lifecycle = new ProcessLifecycle(() => Generation, _succession is not null, effects, _loop, options, _logger);
        Begin(command);
    }

    /// <summary>The restarter of this process, started by <see cref="Start"/>; null before, and after it was disposed.</summary>
    public static Restarter? Default => Volatile.Read(ref s_default);

    /// <summary>The listening sockets of this process.</summary>
    public ListenerRegistry Listeners { get; }

    /// <summary>1 for the first process, one more with every restart.</summary>
    /// <exception cref="RestartException">This process was started to take over, but its predecessor is gone, does not answer or refuses.</exception>
    public int Generation => _succession?.Generation ?? 1;

    /// <summary>Cancelled when a successor serves or a shutdown was asked: stop accepting, finish what is open.</summary>
    public CancellationToken Draining => _work.Draining;

    /// <summary>Cancelled when this process is to end; not before a successor has proved itself.</summary>
    public CancellationToken Stopping => _work.Stopping;

    /// <summary>Completes when nothing is open any more or the rest was cut: leave.</summary>
    public Task Exited => _lifecycle.Exited;

    /// <summary>A snapshot for people and programs.</summary>
    public RestartStatus Status => new(
        Environment.ProcessId, Generation, _lifecycle.State, _succession?.PredecessorPid, _lifecycle.SuccessorPid, [.. Listeners.Snapshot().Select(l => l.Key.ToString())]);

    internal AcceptGate Gate { get; } = new();

    /// <summary>Completes when this process is no longer on probation: at once in a first generation that serves.</summary>
    internal Task ProbationEnded => _lifecycle.ProbationEnded;

    // Where nothing can be handed over, a signal to restart keeps the meaning that the platform gives it.
    private IEnumerable<PosixSignal> AllSignals =>
        Platform.HandoverSupported ? _options.RestartSignals.Concat(_options.ShutdownSignals) : _options.ShutdownSignals;

    /// <summary>
    /// Starts graceful restart in this process, as early as possible: registers for signals and, in a successor, begins to take over the
    /// listeners. If that fails, because the predecessor is gone, does not answer or refuses, this process ends with exit code 1 and says why.
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
    /// Says that the service can serve. Completes when it does: at once in a first generation, in a successor when the predecessor has
    /// stopped accepting. Listeners that were inherited but not asked for are closed.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, not the start.</param>
    /// <exception cref="RestartException">A shutdown was asked before.</exception>
    /// <returns>A task that completes when this process serves.</returns>
    public Task ReadyAsync(CancellationToken cancellationToken = default)
    {
        _loop.Post(_lifecycle.ServiceReady);
        return _lifecycle.Ready.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Says what this process is doing while it starts, for whoever waits for it: the predecessor logs it, and names the last word if the start fails.
    /// Ignored in a first generation and once this process serves.
    /// </summary>
    /// <param name="phase">A few words, such as "loading the catalogue".</param>
    /// <param name="detail">How far it is, such as "3 of 4"; null for nothing to say.</param>
    public void ReportProgress(string phase, string? detail = null)
    {
        ArgumentNullException.ThrowIfNull(phase);
        _loop.Post(() =>
        {
            if (_lifecycle.State == ProcessState.Starting)
            {
                _succession?.SayProgress(phase);
            }
        });
    }

    /// <summary>
    /// Says that this process can't serve after all. While it is on probation its predecessor takes over again, and this process finishes what it has accepted
    /// and ends. Ignored, but logged, at any other time.
    /// </summary>
    /// <param name="reason">What is wrong, for the log and for whoever asked for the restart.</param>
    public void ReportUnhealthy(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        _loop.Post(() => _lifecycle.ReportUnhealthy(reason));
    }

    /// <summary>Starts a successor and hands over to it.</summary>
    /// <param name="trigger">Who asks, for the log.</param>
    /// <param name="cancellationToken">Ends the wait, not the restart.</param>
    /// <exception cref="RestartException">Refused, or failed: this process serves as before.</exception>
    /// <returns>The outcome, once the successor serves.</returns>
    public Task<RestartOutcome> RestartAsync(string trigger = "the application", CancellationToken cancellationToken = default) =>
        RequestRestart(trigger).WaitAsync(cancellationToken);

    /// <summary>Stops accepting and finishes what is open.</summary>
    /// <param name="trigger">Who asks, for the log.</param>
    /// <param name="cancellationToken">Ends the wait, not the shutdown.</param>
    /// <returns>A task that completes with <see cref="Exited"/>.</returns>
    public Task ShutdownAsync(string trigger = "the application", CancellationToken cancellationToken = default)
    {
        _loop.Post(() => _lifecycle.RequestShutdown(trigger));
        return _lifecycle.Exited.WaitAsync(cancellationToken);
    }

    /// <summary>Shuts down without waiting: what is open is cut, and counted in the log.</summary>
    /// <param name="trigger">Who asks, for the log.</param>
    public void Force(string trigger = "the application") => _loop.Post(() => _lifecycle.Force(trigger));

    /// <summary>
    /// Ends graceful restart in this process: the application's work is done. Shuts down if that was not asked before.
    /// </summary>
    /// <returns>A task that completes when listeners are closed and signals are released.</returns>
    public async ValueTask DisposeAsync()
    {
        _work.ApplicationDone();
        await ShutdownAsync("its end").ConfigureAwait(false);
        Release();
    }

    /// <summary>Several hosts of one process share its restarter; hosts one after the other, as in tests, get one each.</summary>
    internal static Restarter StartOrJoin(RestarterOptions options)
    {
        if (Default is { Exited.IsCompleted: false } living)
        {
            return living;
        }

        if (Default is { } gone)
        {
            gone.Release();
        }

        return Start(options);
    }

    internal void UseLogger(ILoggerFactory factory) => _logger.Attach(factory.CreateLogger("Baton"));

    internal void Register(IRestartParticipant participant) => _work.Register(participant);

    private void Release()
    {
        Interlocked.CompareExchange(ref s_default, null, this);
        _signals.Dispose();
        _loop.Dispose();
    }

    private void Begin(StartCommand? command)
    {
        _succession?.Begin(_lifecycle, _loop);
        _loop.Start(() =>
        {
            // A thread that always takes the signals: those that existed before keep the mask this process was started with.
            SignalTriggers.Unblock(AllSignals);
            new StarvationGuard(_loop, _logger).Begin();
            if (command is not null)
            {
                _loop.Schedule(RehearsalDelay, () => SuccessorLink.Rehearse(command));
            }
        });
    }

    private void OnSignal(PosixSignal signal)
    {
        string trigger = SignalNumber.NameOf(signal);
        if (_options.RestartSignals.Contains(signal))
        {
            _loop.Post(() => _lifecycle.RequestRestart(trigger, holdUntilReady: true, asked: null));
        }
        else
        {
            _loop.Post(() => OnShutdownSignal(trigger));
        }
    }

    private void OnShutdownSignal(string trigger)
    {
        if (_shutdownSignalled)
        {
            _lifecycle.Force($"a second signal, {trigger}");
            return;
        }

        _shutdownSignalled = true;
        _lifecycle.RequestShutdown(trigger);
    }

    private Task<RestartOutcome> RequestRestart(string trigger)
    {
        var asked = new TaskCompletionSource<RestartOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Platform.HandoverSupported)
        {
            _loop.Post(() => _lifecycle.RequestRestart(trigger, holdUntilReady: false, asked));
        }
        else
        {
            string reason = Refusals.Describe(RestartFailure.NotSupported, successorPid: null);
            _logger.RestartRefused(trigger, reason);
            asked.SetException(new RestartException(RestartFailure.NotSupported, $"Restart by {trigger} was refused: {reason}."));
        }

        return asked.Task;
    }
}

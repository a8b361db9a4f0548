using Baton.Control;
using Baton.Lifecycle;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>What the assemblies that build on the core use.</content>
public sealed partial class Restarter
{
    private static readonly Lock s_joining = new();

    // Whose logging has the lines of the process.
    private RegisteredServer? _logs;

    internal AcceptGate Gate { get; }

    /// <summary>From any thread, and at once.</summary>
    internal ProcessState State => _lifecycle.State;

    /// <inheritdoc cref="RestartStatus.SuccessorPid"/>
    internal int? SuccessorPid => _lifecycle.Restarts.SuccessorPid;

    /// <summary>Completes when this process is no longer on probation: at once in a first generation that serves.</summary>
    internal Task ProbationEnded => _lifecycle.Probation.Ended;

    /// <summary>
    /// What operators can ask of this process, as over the control socket, and the events of what becomes of it.
    /// </summary>
    internal ControlService Operations { get; }

    /// <summary>The servers of this process: it is ready when all of them are.</summary>
    internal ServerRegister Servers { get; }

    /// <summary>The options that hold for the whole process: those of the first start of the restarter.</summary>
    internal RestarterOptions Options => _options;

    /// <summary>Completes when this process serves; fails when it never will.</summary>
    internal Task Serving => _lifecycle.Start.Ready;

    /// <summary>Several hosts of one process share its restarter; hosts one after the other, as in tests, get one each.</summary>
    internal static Restarter StartOrJoin(RestarterOptions options)
    {
        // Hosts may be built at the same time.
        lock (s_joining)
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
    }

    /// <summary>The application ends by itself, which is not the same as being asked to shut the service down.</summary>
    /// <param name="who">What ends.</param>
    /// <param name="fault">What made it end; null if that is not known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal Task LeaveAsync(string who, string? fault, CancellationToken cancellationToken)
    {
        _loop.Post(() => _lifecycle.Shutdown.Leave(who, fault));
        return Exited.WaitAsync(cancellationToken);
    }

    /// <summary>An exception in one line, as the predecessor gets it.</summary>
    internal string Describe(Exception exception) => _successor?.Describe(exception) ?? FailureReason.Describe(exception, predecessor: null);

    /// <summary>The start of a host has failed with that; what becomes of the process is the application's decision.</summary>
    internal void StartFailed(string reason) => _successor?.StartFailed(reason);

    /// <summary>
    /// Has our handlers called before those that were registered meanwhile: .NET calls the last one first, and a host that heard
    /// of a signal before us would seem to end by itself.
    /// </summary>
    internal void TakeSignalsFirst() => _signals.Renew();

    internal void UseLogger(ILoggerFactory factory) => _logger.Attach(factory.CreateLogger("Baton"));

    /// <summary>The lines of the process go to the log of its first server, as long as there is one.</summary>
    internal void UseLogger(ILoggerFactory factory, RegisteredServer server)
    {
        if (_logs is null or { HasLeft: true })
        {
            _logs = server;
            UseLogger(factory);
        }
    }

    /// <summary>A host says how long its stop may take, the drain included.</summary>
    internal void AllowHost(TimeSpan time) => Operations.Context.Application.Allow(time);

    /// <summary>The host gives its stop no more time.</summary>
    internal void HostTimeIsUp(string trigger) => _loop.Post(() => _lifecycle.Shutdown.HostTimeIsUp(trigger));

    /// <summary>
    /// A logger for what happens on the control loop: its lines stand in order with Baton's own, and are written elsewhere.
    /// </summary>
    internal ILogger LogAside(ILogger target) => _logger.Aside(target);

    /// <inheritdoc cref="WorkRegister.WhenStopping"/>
    internal void WhenStopping(Action stop) => _work.WhenStopping(stop);

    internal void Register(IRestartParticipant participant) => _work.Register(participant);

    // The last lines are written before the application may end, and dispose its logging.
    private async Task LoggedAsync()
    {
        await _lifecycle.Exited.ConfigureAwait(false);
        await WrittenAsync().ConfigureAwait(false);
    }

    private async Task<RestartOutcome> OutcomeAsync(RestartRequest request, CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(request.Outcome, _loop.Ended).WaitAsync(cancellationToken).ConfigureAwait(false) == _loop.Ended)
        {
            // A requester that still waits when this process has left gets no other answer.
            request.Fail(new RestartException(RestartFailure.Stopping, $"Restart by {request.Trigger} was given up: process {Environment.ProcessId} has left."));
        }

        return await request.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes when the log lines so far are written, or the logger takes too long.</summary>
    internal Task<Task> WrittenAsync() => Task.WhenAny(_logger.WrittenAsync(), Task.Delay(_options.LogTime));

    private void FlushLog(object? sender, EventArgs e) => _logger.Flush(_options.LogTime);

    private void Release()
    {
        Interlocked.CompareExchange(ref s_default, null, this);
        AppDomain.CurrentDomain.ProcessExit -= FlushLog;
        AppDomain.CurrentDomain.UnhandledException -= FlushLog;
        _signals.Dispose();
        _loop.Dispose();
        _telemetry.Dispose();
    }
}

using Baton.Control;
using Baton.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Baton;

/// <content>What the assemblies that build on the core use.</content>
public sealed partial class Restarter
{
    internal AcceptGate Gate { get; } = new();

    /// <summary>From any thread, and at once.</summary>
    internal ProcessState State => _lifecycle.State;

    /// <inheritdoc cref="RestartStatus.SuccessorPid"/>
    internal int? SuccessorPid => _lifecycle.SuccessorPid;

    /// <summary>Completes when this process is no longer on probation: at once in a first generation that serves.</summary>
    internal Task ProbationEnded => _lifecycle.ProbationEnded;

    /// <summary>What operators can ask of this process, as over the control socket, and the news of what becomes of it.</summary>
    internal ControlService Operations { get; }

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

    /// <summary>The application ends by itself, which is not the same as being asked to shut the service down.</summary>
    internal Task LeaveAsync(string who, CancellationToken cancellationToken)
    {
        _loop.Post(() => _lifecycle.Leave(who));
        return Exited.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Has our handlers called before those that were registered meanwhile: .NET calls the last one first, and a host that heard of a signal before us would
    /// seem to end by itself.
    /// </summary>
    internal void HearSignalsFirst() => _signals.Renew();

    internal void UseLogger(ILoggerFactory factory) => _logger.Attach(factory.CreateLogger("Baton"));

    internal void Register(IRestartParticipant participant) => _work.Register(participant);

    private void Release()
    {
        Interlocked.CompareExchange(ref s_default, null, this);
        _signals.Dispose();
        _loop.Dispose();
        _telemetry.Dispose();
    }
}

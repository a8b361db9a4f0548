using System.Diagnostics;
using Baton.Handover;
using Baton.Processes;
using Baton.Resources;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>Starts the programs of restarts, from the terminal of this process if it has one.</summary>
internal sealed class Programs(RestarterOptions options, StartCommand command, ResourceRegistry listeners, ILogger logger)
    : IPrograms
{
    private readonly AllowedPrograms _allowed = new(command, options.AllowedProgramDirectories);

    /// <summary>Why nothing may be started to replace this process; null if it may.</summary>
    internal string? WhyNoSuccessor { get; init; }

    /// <summary>The terminal that the service was started from; null for none.</summary>
    internal TerminalSession? Terminal { get; init; }

    /// <summary>Whether this process may stay there as a stand-in. Not in a systemd service, which waits for its end.</summary>
    internal bool MayStandIn { get; init; }

    public bool CanHandOver => HandoverProtocol.IsSupported;

    public StartCommand Choose(string? program) => WhyNoSuccessor is null
        ? _allowed.Choose(program)
        : throw new RestartException(RestartFailure.NotSupported, WhyNoSuccessor);

    public Action Check(StartCommand chosen, Action<string?> finished) => ProgramCheck.Start(
        chosen,
        [.. options.CheckArguments],
        options.CheckTimeout,
        result => finished(result.Passed ? null : result.ToString())).Kill;

    public ISuccessor StartSuccessor(StartCommand chosen, int generation, Func<ActivityContext> trace, Action<PeerEvent> post)
    {
        chosen = Terminal?.Tell(chosen, MayStandIn) ?? chosen;
        SuccessorLink link = SuccessorLink.Start(
            chosen, options.Signals.Numbers, listeners, generation, options.HandshakeTimeout, post, options.Tap, trace);
        logger.SuccessorStarted(link.Pid, $"{chosen.Program} in {chosen.WorkingDirectory}");
        return link;
    }

    public ISuccessor Adopt(Taker taker, int generation, Func<ActivityContext> trace, Action<PeerEvent> post)
    {
        SuccessorLink link = SuccessorLink.Adopt(
            taker, listeners, generation, options.HandshakeTimeout, post, options.Tap, trace);
        logger.TakerAdopted(link.Pid, taker.Command.Program);
        return link;
    }

    public int StartPlainly(StartCommand chosen, int generation, ActivityContext trace)
    {
        int pid = PlainStart.Start(Terminal?.Tell(chosen, mayStandIn: false) ?? chosen, generation, trace);
        logger.SuccessorStarted(pid, $"{chosen.Program} in {chosen.WorkingDirectory}");
        return pid;
    }
}

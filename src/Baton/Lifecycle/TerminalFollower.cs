using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// Tells the stand-in in the terminal which process serves, and turns the first process into that stand-in when it ends.
/// Subscribes to the feed, so it lives on the control loop.
/// </summary>
internal sealed class TerminalFollower
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly TerminalSession _terminal;
    private readonly LifecycleContext _context;
    private readonly Func<int?> _successor;
    private volatile bool _handedOver;

    private TerminalFollower(TerminalSession terminal, LifecycleContext context, Func<int?> successor)
    {
        (_terminal, _context, _successor) = (terminal, context, successor);
        context.Feed.Subscribe(Handle, reports: false);
        if (terminal.HasStandIn)
        {
            AppDomain.CurrentDomain.ProcessExit += Leave;
        }
    }

    /// <summary>Only for a service that was started from a terminal.</summary>
    internal static void Follow(TerminalSession? terminal, LifecycleContext context, Func<int?> successor)
    {
        if (terminal is not null)
        {
            context.Loop.Post(new TerminalFollower(terminal, context, successor).LookAgain);
        }
    }

    private void LookAgain()
    {
        _terminal.Look();
        if (_terminal.HasTerminal)
        {
            _context.Loop.Schedule(LookInterval, LookAgain);
        }
    }

    private void Handle(LifecycleEvent happened)
    {
        switch (happened)
        {
            case LifecycleEvent.Serves or LifecycleEvent.ServesAgain:
                _terminal.Say("serves", Environment.ProcessId);
                break;
            case LifecycleEvent.StateChanged { State: ProcessState.Draining }:
                HandOver();
                break;
        }
    }

    // As late as possible: executing another program skips all later handlers.
    private void HandOver()
    {
        if (_successor() is null)
        {
            // Nobody goes on here.
            return;
        }

        _handedOver = true;
        if (_terminal.IsFirst && _terminal.HasPlace)
        {
            AppDomain.CurrentDomain.ProcessExit += Leave;
            _context.Logger.TerminalStandIn(Environment.ProcessId);
        }
    }

    private void Leave(object? sender, EventArgs e)
    {
        if (!_handedOver)
        {
            _terminal.Say("exits", Environment.ExitCode);
        }
        else if (_terminal.IsFirst && _successor() is { } successor)
        {
            _terminal.LeaveStandIn(successor, _context.Options.Signals.Numbers);
        }
        else
        {
            _terminal.Say("leaves", Environment.ProcessId);
        }
    }
}

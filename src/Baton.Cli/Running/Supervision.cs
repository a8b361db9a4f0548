using Baton.Cli.CommandLine;
using Baton.Processes;

namespace Baton.Cli.Running;

/// <summary>
/// Decides who is in charge of a service, who gets a signal, and what follows when a process ends. Does nothing by itself:
/// <see cref="IServiceParent"/> does. Not thread-safe.
/// </summary>
internal sealed class Supervision(RunOptions options, IServiceParent parent, TimeProvider time)
{
    // A process that can take over says so at once. One that says nothing for so long hangs, and is killed.
    private static readonly TimeSpan TakeOverLimit = TimeSpan.FromSeconds(30);

    // The process in charge may die between the start of a successor and its report.
    private static readonly TimeSpan ReportLimit = TimeSpan.FromSeconds(2);

    // A program that never says that it serves counts as serving after that.
    private static readonly TimeSpan SilentStart = TimeSpan.FromSeconds(5);

    private readonly CrashAccount _crashes = new(options);
    private readonly Generations _generations = new(parent.Lives);
    private readonly SortedSet<int> _heldSignals = [];
    private Stage _stage;
    private int _group;
    private long _startedAt;
    private long? _readyAt;
    private long? _due;
    private bool _hasBaton;
    private bool _isReloading;
    private bool _isStopping;
    private bool _stopAsked;
    private bool _wasCut;
    private int _endCode;
    private (int Pid, ExitStatus Status) _last;

    /// <summary>The exit code of this program once all is over; null until then.</summary>
    internal int? ExitCode { get; private set; }

    /// <summary>The process in charge; null while there is none.</summary>
    internal int? Main => _generations.Main;

    /// <summary>The time until <see cref="Tick"/> must be called; infinite for none.</summary>
    internal TimeSpan Left => _due is not { } due ? Timeout.InfiniteTimeSpan
        : time.GetElapsedTime(time.GetTimestamp(), due) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>The generation of a process; null if it is none.</summary>
    internal int? GenerationOf(int pid) => _generations.NumberOf(pid);

    /// <summary>Starts the service.</summary>
    /// <exception cref="CommandException">It can't be started.</exception>
    internal void Begin()
    {
        int pid = parent.Start();
        _generations.Begin(pid);
        (_hasBaton, _isReloading, _isStopping, _readyAt) = (false, false, false, null);
        (_group, _startedAt, _due, _stage) = (pid, time.GetTimestamp(), null, Stage.Running);
    }

    /// <summary>A process of the service has sent a message.</summary>
    internal void Heard(int sender, NotifyMessage message)
    {
        if (message.NobodyServes)
        {
            Deserted(sender);
            return;
        }

        if (message.IsHello)
        {
            Greet(sender);
        }

        if (message.Successor is { } successor && parent.IsOurs(successor.Pid))
        {
            _generations.AddSuccessor(successor.Pid, successor.Generation);
        }

        if (message.MainPid is { } main && main != Main && parent.IsOurs(main))
        {
            _generations.TakeOver(main);
            (_due, _stage) = (null, Stage.Running);
        }

        _isStopping |= message.IsStopping;
        _isReloading = !message.IsReady && (_isReloading || message.IsReloading);
        if (message.IsReady)
        {
            _readyAt ??= time.GetTimestamp();
        }
    }

    /// <summary>A process has ended, which may be none of the service's.</summary>
    internal void Ended(int pid, ExitStatus status)
    {
        Role role = _generations.Remove(pid);
        if (role == Role.None)
        {
            return;
        }

        _wasCut |= status.Code == CommandLine.ExitCode.WorkCut && (_stopAsked || _isStopping);
        if (role == Role.Main)
        {
            MainEnded(pid, status);
        }
        else if (_stage == Stage.TakingOver && role == Role.Candidate && _generations.Candidates.Count == 0)
        {
            Decide();
        }
        else if (_stage == Stage.Ending)
        {
            EndIfAlone();
        }
    }

    /// <summary>A signal has come to this process.</summary>
    internal void Arrived(int signal)
    {
        switch (signal)
        {
            case SignalNumber.SIGTSTP when Main is { } main && !parent.Handles(main, signal):
                parent.Suspend(_group);
                break;
            case SignalNumber.SIGCONT:
                parent.Continue(_group);
                break;
            case SignalNumber.SIGHUP or SignalNumber.SIGUSR2 when _stage == Stage.BackingOff:
                StartAgain();
                break;
            case SignalNumber.SIGTERM or SignalNumber.SIGINT or SignalNumber.SIGQUIT:
                Stop(signal);
                break;
            default:
                PassOn(signal);
                break;
        }
    }

    /// <summary>The terminal was closed, which means the service, whatever the program does at SIGHUP.</summary>
    internal void HungUp() => Stop(SignalNumber.SIGHUP);

    /// <summary>The time of <see cref="Left"/> is over.</summary>
    internal void Tick()
    {
        _due = null;
        if (_stage == Stage.BackingOff)
        {
            StartAgain();
        }
        else if (_stage == Stage.TakingOver)
        {
            foreach (int silent in _generations.Candidates)
            {
                parent.Say(Wording.Say($"Process {silent} was to take over, but has said nothing for too long: it is killed"));
                parent.Signal(silent, SignalNumber.SIGKILL);
            }

            Decide();
        }
    }

    private void StartAgain()
    {
        try
        {
            Begin();
        }
        catch (CommandException e)
        {
            // The program may be there again after a while, as in the middle of a deployment.
            parent.Say(e.Message);
            _last = (0, new ExitStatus(e.ExitCode, Signal: null));
            (_startedAt, _readyAt) = (time.GetTimestamp(), null);
            Decide();
        }
    }

    private void Greet(int sender)
    {
        if (!_hasBaton && Main is { } wrapper && sender != wrapper && parent.IsOurs(sender))
        {
            // A script or the like has started the service as its child. It gets no descriptors that way.
            parent.HoldNothing();
            parent.Say(Wording.Say(
                $"Process {wrapper} has started the service, process {sender}, as its child: no listeners are held for it"));
            _generations.Replace(sender);
        }

        _hasBaton = true;
        if (sender == Main)
        {
            foreach (int signal in _heldSignals)
            {
                parent.Signal(sender, signal);
            }

            _heldSignals.Clear();
        }
    }

    // The sender has collected the process in charge, so no other word of its end will come.
    private void Deserted(int sender)
    {
        _generations.RuleOut(sender);
        if (Main is { } main && main != sender)
        {
            _generations.Remove(main);
            MainEnded(main, ExitStatus.Unknown);
        }
        else if (_stage == Stage.TakingOver && _generations.Candidates.Count == 0)
        {
            Decide();
        }
    }

    private void MainEnded(int pid, ExitStatus status)
    {
        _last = (pid, status);
        bool mayTakeOver = _generations.Candidates.Count > 0;
        if (!_isStopping && (mayTakeOver || _isReloading))
        {
            (_stage, _due) = (Stage.TakingOver, After(mayTakeOver ? TakeOverLimit : ReportLimit));
        }
        else
        {
            Decide();
        }
    }

    private void Stop(int signal)
    {
        _stopAsked = true;
        if (_stage == Stage.BackingOff)
        {
            End(new ServiceEnd { Status = _last.Status }.ExitCode);
        }
        else
        {
            PassOn(signal, always: true);
        }
    }

    private void PassOn(int signal, bool always = false)
    {
        if (Main is not { } main)
        {
            foreach (int pid in _stage == Stage.TakingOver ? _generations.Candidates : _generations.All)
            {
                parent.Signal(pid, signal);
            }
        }
        else if (always || parent.Handles(main, signal))
        {
            parent.Signal(main, signal);
        }
        else
        {
            // It would end the process, which may still be starting.
            string why = _hasBaton ? "" : ", and it has not said that it can be restarted, as programs with Baton do";
            parent.Say(Wording.Say($"{SignalNumber.NameOf(signal)} was not passed on: process {main} does not handle it{why}"));
            _ = _hasBaton || _heldSignals.Add(signal);
        }
    }

    // No process can serve.
    private void Decide()
    {
        TimeSpan lived = time.GetElapsedTime(_readyAt ?? _startedAt);
        bool served = _readyAt is not null || (!_hasBaton && lived >= SilentStart);
        var end = new ServiceEnd(_last.Pid, _last.Status, lived, served, _hasBaton, _isStopping, _stopAsked);
        (TimeSpan? delay, string words) = _crashes.Count(end);
        if (words.Length > 0)
        {
            parent.Say(words);
        }

        (_stage, _due) = (Stage.BackingOff, delay is { } wait ? After(wait) : null);
        if (delay is null)
        {
            End(end.ExitCode);
        }
    }

    private void End(int code)
    {
        (_stage, _due, _endCode) = (Stage.Ending, null, code);
        EndIfAlone();
    }

    private void EndIfAlone()
    {
        if (_generations.All.Count == 0)
        {
            ExitCode = _endCode == 0 && _wasCut ? CommandLine.ExitCode.WorkCut : _endCode;
        }
    }

    private long After(TimeSpan delay) => time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
}

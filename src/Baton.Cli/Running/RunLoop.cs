using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Baton.Cli.Output;
using Baton.Interop;
using Baton.Processes;
using Baton.Systemd;

namespace Baton.Cli.Running;

/// <summary>
/// <c>baton run</c> itself: waits for messages, signals and ends of processes, one after another on one thread, and does what
/// <see cref="Supervision"/> decides. It never accepts a connection. Owns everything that a service needs of its parent.
/// </summary>
internal sealed class RunLoop : IServiceParent, IDisposable
{
    // Signals may come late where the machine is very busy, so the loop also looks by itself.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    // A process that has ended is collected by its predecessor, if that lives, or left to this process.
    private static readonly TimeSpan CollectionLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CollectionInterval = TimeSpan.FromMilliseconds(10);

    private static readonly PosixSignal[] PassedOn =
    [
        PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP, PosixSignal.SIGTSTP,
        PosixSignal.SIGCONT, PosixSignal.SIGCHLD, (PosixSignal)SignalNumber.SIGUSR1, (PosixSignal)SignalNumber.SIGUSR2,
    ];

    private readonly Supervision _supervision;
    private readonly NotifyReceiver _messages = new();
    private readonly ManagerAbove _above;
    private readonly HeldSockets _listeners;
    private readonly ServiceStart _start;
    private readonly PrefixedOutput? _output;
    private readonly Action<string> _say;
    private readonly ConcurrentQueue<Action> _signals = new();
    private readonly (Descriptor First, Descriptor Second) _wake = LocalSocket.Pair(Libc.SOCK_NONBLOCK);
    private readonly SignalTriggers _triggers;
    private WatchedProcess? _watched;
    private int? _watchedPid;
    private bool _hasWorked;
    private WaitLimit? _uncollected;

    /// <param name="options">What was asked for.</param>
    /// <param name="say">Writes a line for people.</param>
    internal RunLoop(RunOptions options, Action<string> say)
    {
        Dictionary<string, string> environment = StartEnvironment.Capture();
        _say = say;
        _above = ManagerAbove.Find(environment);
        _listeners = HeldSockets.Take(environment);
        var terminal = TerminalSession.Find(TimeProvider.System);
        _start = new ServiceStart(options, environment, _messages.Address, terminal);
        _supervision = new Supervision(options, this, TimeProvider.System);
        _output = options.Prefix ? new PrefixedOutput(_supervision.GenerationOf, say) : null;
        _triggers = new SignalTriggers(
            PassedOn,
            signal => Post(() => Arrived(signal)),
            terminal,
            what => Post(() => HungUp(what, terminal!)));
    }

    /// <summary>Runs the service until it has ended for good.</summary>
    /// <returns>The exit code.</returns>
    internal int Run()
    {
        _ = ChildProcesses.AdoptOrphans();
        _supervision.Begin();
        while (_supervision.ExitCode is null)
        {
            Watch();
            int watched = _uncollected is null ? _watched?.PidfdNumber ?? -1 : -1;
            TimeSpan limit = LongestRest;
            Rest(Poller.WaitRead(_messages.Number, _wake.First.Number, watched, limit), limit);

            // Messages first: a process may have sent one and ended.
            ReadMessages();
            RunSignals();
            Collect();
            if (_supervision.Left == TimeSpan.Zero)
            {
                _supervision.Tick();
            }
        }

        _output?.Finish();
        return _supervision.ExitCode.Value;
    }

    private TimeSpan LongestRest => _uncollected is not null ? CollectionInterval
        : _supervision.Left is var left && left != Timeout.InfiniteTimeSpan && left < LongestWait ? left
        : LongestWait;

    public int Start()
    {
        using SpawnedProcess started = _start.Start(_listeners, _output?.Ends);
        return started.Id;
    }

    public bool IsOurs(int pid) => ProcessFacts.Descends(pid, Environment.ProcessId);

    public bool Lives(int pid) => CurrentProcess.Sees(pid);

    public bool Handles(int pid, int signal) => ProcessFacts.Handles(pid, signal);

    public void Signal(int pid, int signal) => _ = Libc.kill(pid, signal);

    public void Suspend(int group)
    {
        _ = Libc.kill(-group, SignalNumber.SIGTSTP);

        // The kernel does not stop process 1.
        _ = Libc.kill(Environment.ProcessId, SignalNumber.SIGSTOP);
    }

    public void Continue(int group) => _ = Libc.kill(-group, SignalNumber.SIGCONT);

    public void HoldNothing() => _listeners.HoldNothing();

    public void Say(string line)
    {
        _say(line);
        _above.SendStatus(line);
    }

    public void Dispose()
    {
        _triggers.Dispose();
        _watched?.Dispose();
        _listeners.Dispose();
        _messages.Dispose();
        _output?.Dispose();
        _wake.First.Dispose();
        _wake.Second.Dispose();
    }

    private void Arrived(PosixSignal signal)
    {
        // The loop looks for ended children by itself once it wakes up.
        if (signal != PosixSignal.SIGCHLD)
        {
            _supervision.Arrived(SignalNumber.Of(signal));
        }
    }

    // It lives as long as the service and mostly does nothing: what the last events have left behind is given back once.
    private void Rest((bool, bool, bool) events, TimeSpan limit)
    {
        if (events != default)
        {
            _hasWorked = true;
        }
        else if (_hasWorked && limit == LongestWait)
        {
            _hasWorked = false;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    private void HungUp(HangUp what, TerminalSession terminal)
    {
        // Under nohup the service goes on. Where a leader of the session has ended, so does what it started.
        if (what == HangUp.OfTerminal && !terminal.HangUpsIgnored)
        {
            _supervision.HungUp();
        }
    }

    // From any thread.
    private void Post(Action action)
    {
        _signals.Enqueue(action);
        _ = LocalSocket.Send(_wake.Second, "!"u8);
    }

    private void RunSignals()
    {
        Span<byte> bytes = stackalloc byte[64];
        while (LocalSocket.Receive(_wake.First, bytes) > 0)
        {
            // Only that something is there counts.
        }

        while (_signals.TryDequeue(out Action? action))
        {
            action();
        }
    }

    private void ReadMessages()
    {
        while (_messages.Receive() is { } message)
        {
            if (!IsOurs(message.Sender))
            {
                foreach (Descriptor descriptor in message.Descriptors)
                {
                    descriptor.Dispose();
                }

                continue;
            }

            NotifyMessage read = NotifyMessage.Parse(message.Text);
            _above.Send(read.Forwarded, message.Descriptors.Count == 1 ? message.Descriptors[0] : null);
            _listeners.Heard(read, message.Descriptors);
            _supervision.Heard(message.Sender, read);
        }
    }

    private void Collect()
    {
        // Looked at first: one that ends right after the last child was collected is not another's.
        int? dead = _watchedPid is { } pid && pid == _supervision.Main && HasEnded() ? pid : null;
        while (ChildProcesses.ReapNext() is { } ended)
        {
            _output?.Ended(ended.Pid);
            _supervision.Ended(ended.Pid, ended.Status);
        }

        // The process in charge may be the child of its predecessor, or of what was started: then that one collects it. Where
        // that one ends instead, this process does, and learns its status.
        if (dead is not { } main || main != _supervision.Main)
        {
            _uncollected = null;
        }
        else if (ProcessFacts.ParentOf(main) is null || _uncollected is { MillisecondsLeft: 0 })
        {
            _uncollected = null;
            _supervision.Ended(main, ExitStatus.Unknown);
        }
        else
        {
            _uncollected ??= WaitLimit.After(CollectionLimit);
        }
    }

    private bool HasEnded() => _watched is { PidfdNumber: >= 0 } watched
        ? Poller.Wait(watched.PidfdNumber, Libc.POLLIN, TimeSpan.Zero)
        : !Lives(_watchedPid!.Value);

    private void Watch()
    {
        if (_watchedPid != _supervision.Main)
        {
            _watched?.Dispose();
            _watchedPid = _supervision.Main;
            _watched = _watchedPid is { } pid ? WatchedProcess.Watch(pid) : null;
        }
    }
}

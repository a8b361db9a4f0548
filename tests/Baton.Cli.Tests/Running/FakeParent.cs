using Baton.Cli.CommandLine;
using Baton.Cli.Running;
using Baton.Processes;

namespace Baton.Cli.Tests.Running;

/// <summary>A parent whose processes are numbers: 100 is the first that it starts.</summary>
internal sealed class FakeParent : IServiceParent
{
    private readonly FakeTime _time = new();
    private readonly HashSet<int> _living = [];
    private int _next = 100;

    internal FakeParent(RunOptions? options = null)
    {
        Supervision = new Supervision(options ?? new RunOptions(["shop"]), this, _time);
        Supervision.Begin();
    }

    internal Supervision Supervision { get; }

    /// <summary>What it did, in order: "start 100", "TERM 100", "suspend", what it said.</summary>
    internal List<string> Journal { get; } = [];

    /// <summary>Signals that the programs handle.</summary>
    internal HashSet<int> Handled { get; } = [SignalNumber.SIGHUP, SignalNumber.SIGUSR2];

    /// <summary>Whether the program can be started.</summary>
    internal bool IsThere { get; set; } = true;

    internal int? ExitCode => Supervision.ExitCode;

    /// <summary>A service with Baton serves.</summary>
    internal FakeParent Serving()
    {
        Hear(100, "X_BATON=hello");
        Hear(100, "READY=1\nSTATUS=Generation 1 serves");
        return this;
    }

    internal void Hear(int sender, string message) => Supervision.Heard(sender, NotifyMessage.Parse(message));

    /// <summary>A successor is started and takes over; its predecessor lives.</summary>
    internal FakeParent Restarted(int from, int to, int generation = 2)
    {
        BeginRestart(from, to, generation);
        Hear(from, $"MAINPID={to}\nREADY=1");
        return this;
    }

    internal void BeginRestart(int from, int to, int generation = 2)
    {
        Hear(from, "RELOADING=1");
        _living.Add(to);
        Hear(from, $"X_BATON=successor {to} {generation}");
    }

    internal void End(int pid, int? code = null, int? signal = null)
    {
        _living.Remove(pid);
        Supervision.Ended(pid, new ExitStatus(code, signal));
    }

    /// <summary>A process of ours, such as the child of a script.</summary>
    internal void Fork(int pid) => _living.Add(pid);

    internal void Pass(TimeSpan time)
    {
        _time.Advance(time);
        if (Supervision.Left == TimeSpan.Zero)
        {
            Supervision.Tick();
        }
    }

    public int Start()
    {
        if (!IsThere)
        {
            throw new CommandException(CommandLine.ExitCode.NoProgram, "NoProgram", "There is no program shop.");
        }

        _living.Add(_next);
        Journal.Add($"start {_next}");
        return _next++;
    }

    public bool IsOurs(int pid) => _living.Contains(pid);

    public bool Lives(int pid) => _living.Contains(pid);

    public bool Handles(int pid, int signal) => Handled.Contains(signal);

    public void Signal(int pid, int signal) => Journal.Add($"{SignalNumber.NameOf(signal)} {pid}");

    public void Suspend(int group) => Journal.Add($"suspend {group}");

    public void Continue(int group) => Journal.Add($"continue {group}");

    public void HoldNothing() => Journal.Add("hold nothing");

    public void Say(string line) => Journal.Add(line);

    private sealed class FakeTime : TimeProvider
    {
        private long _now = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        internal void Advance(TimeSpan time) => _now += time.Ticks;
    }
}

using System.ComponentModel;
using System.Globalization;
using System.Text;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>What a SIGHUP means to a process that has, or had, a controlling terminal.</summary>
internal enum HangUp
{
    /// <summary>Somebody has sent it.</summary>
    None,

    /// <summary>The terminal was closed: by the kernel, or by the shell that heard of it.</summary>
    OfTerminal,

    /// <summary>An older generation led the session and has ended, and with it the session has lost its terminal.</summary>
    OfLeader,
}

/// <summary>
/// The terminal that this service was started from, and nohup(1). All generations share it, so the first one tells the others by
/// a variable:
/// <c>first:line:nohup</c>, its own pid, the pipe that it reads as <see cref="TerminalStandIn"/>, and whether hang-ups are
/// ignored. Anybody can set a variable: what stands there can do no more than have words written into a pipe.
/// </summary>
internal sealed class TerminalSession
{
    internal const string Variable = "BATON_TERMINAL";
    private const string NoHangUps = "nohup";

    // A shell that hangs its jobs up ends right afterwards, and with it the terminal is gone.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    // A terminal that was lost without a word, as by a shell that leaves its jobs alone, has nothing to do with a signal that
    // comes later.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Func<ControllingTerminal> _look;
    private readonly Func<int, bool> _leaves;
    private readonly TimeProvider _time;
    private readonly int _first;
    private readonly int _session;
    private readonly Descriptor? _line;
    private Descriptor? _place;
    private long? _lostAt;

    /// <summary>Outside <see cref="Find"/> for tests.</summary>
    internal TerminalSession(
        string? told, bool hangUpsIgnored, Func<ControllingTerminal> look, Func<int, bool> leaves, TimeProvider time)
    {
        (_look, _leaves, _time) = (look, leaves, time);
        (_session, HasTerminal, _) = look();
        string[] words = told?.Split(':') ?? [];
        HangUpsIgnored = hangUpsIgnored || words is [_, _, NoHangUps];
        IsFirst = words.Length < 2 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out _first);
        if (!IsFirst && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            _line = OpenLine(_first, number);
        }
    }

    /// <summary>Whether it had a controlling terminal at its start.</summary>
    internal bool HasTerminal { get; }

    /// <summary>Whether the service was started by nohup(1), or the like.</summary>
    internal bool HangUpsIgnored { get; }

    /// <summary>Whether this is the process that was started from the terminal.</summary>
    internal bool IsFirst { get; }

    /// <summary>
    /// Whether SIGHUP has to be heard also if it does nothing by the table: a successor starts with every signal at its default.
    /// </summary>
    internal bool NeedsHangUp => HangUpsIgnored ? !IsFirst : HasTerminal;

    /// <summary>Whether this process stays as a stand-in when it has handed over.</summary>
    internal bool HasPlace => _place is not null;

    /// <summary>Whether the first process passes signals on.</summary>
    internal bool HasStandIn => _line is not null;

    /// <summary>Reads the variable and removes it.</summary>
    /// <returns>Null for a service that has to do with neither a terminal nor nohup.</returns>
    internal static TerminalSession? Find(TimeProvider time)
    {
        if (!Platform.HandoverSupported)
        {
            return null;
        }

        string? told = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, null);
        var session = new TerminalSession(
            told, SignalTriggers.IsIgnored(Libc.SIGHUP), () => ControllingTerminal.Own, ControllingTerminal.Leaves, time);
        return session.HasTerminal || session.HangUpsIgnored || session.HasStandIn ? session : null;
    }

    /// <summary>How a successor is started.</summary>
    /// <param name="command">The command.</param>
    /// <param name="mayStandIn">Whether the first process may stay as a stand-in.</param>
    internal StartCommand Tell(StartCommand command, bool mayStandIn)
    {
        if (!IsFirst)
        {
            // It has the variable as this process got it.
            return command;
        }

        if (mayStandIn && _place is null && HasTerminal && ControllingTerminal.IsInput)
        {
            _place = MakePlace();
        }

        string line = _place?.ToString() ?? "-";
        return command.With(
            Variable,
            string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}:{line}:{(HangUpsIgnored ? NoHangUps : "")}"));
    }

    /// <summary>Notices that the terminal is gone; call it now and then.</summary>
    internal void Look()
    {
        if (HasTerminal && _lostAt is null && !_look().HasTerminal)
        {
            _lostAt = _time.GetTimestamp();
        }
    }

    /// <summary>What the SIGHUP means that has just come. Waits a moment for the terminal to go.</summary>
    internal HangUp Judge()
    {
        WaitLimit limit = WaitLimit.After(Patience);
        while (HasTerminal && _lostAt is null)
        {
            Look();
            if (_lostAt is null)
            {
                if (limit.MillisecondsLeft == 0)
                {
                    return HangUp.None;
                }

                new ManualResetEventSlim().Wait(Interval);
            }
        }

        if (_lostAt is not { } lost || _time.GetElapsedTime(lost) > Grace)
        {
            return HangUp.None;
        }

        return !IsFirst && _session == _first && _leaves(_first) ? HangUp.OfLeader : HangUp.OfTerminal;
    }

    /// <summary>Says something to the stand-in, or to the process that will be it. Nothing depends on it.</summary>
    internal void Say(string word, int value)
    {
        if (_line is { } line)
        {
            Pipe.TryWrite(line, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{word} {value}\n")));
        }
    }

    /// <summary>
    /// This process has handed over and ends: its place is taken by a stand-in, if it has one. Returns only if not.
    /// </summary>
    internal void LeaveStandIn(int service, IEnumerable<int> signals)
    {
        if (_place is { } place && ControllingTerminal.IsInput)
        {
            TerminalStandIn.TakeOver(place.Number, service, signals);
        }
    }

    private static Descriptor? MakePlace()
    {
        try
        {
            (Descriptor reader, Descriptor writer) = Pipe.Create();

            // Those who write open it anew: the end of all of them is the end of the service.
            writer.Dispose();
            return reader;
        }
        catch (Win32Exception)
        {
            // No descriptor is free: the process leaves without a stand-in.
            return null;
        }
    }

    // A pipe of another process is opened by its name in /proc, with the same rights as a file.
    private static Descriptor? OpenLine(int pid, int number)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd/{number}");
        var line = new Descriptor(Libc.open(path, Libc.O_WRONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC | Libc.O_NOCTTY));
        if (!line.IsInvalid && Libc.Stat(line.Number) is { } stat && stat.Is(Libc.S_IFIFO))
        {
            return line;
        }

        line.Dispose();
        return null;
    }
}

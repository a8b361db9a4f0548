using System.ComponentModel;
using System.Globalization;
using System.Text;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>The meaning of a SIGHUP for a process that has, or had, a controlling terminal.</summary>
internal enum HangUp
{
    /// <summary>Somebody sent it.</summary>
    None,

    /// <summary>The terminal was closed: sent by the kernel, or by the shell.</summary>
    OfTerminal,

    /// <summary>An older generation led the session and has ended, so the session has lost its terminal.</summary>
    OfLeader,
}

/// <summary>
/// The terminal from which this service was started, and nohup(1). All generations share it. The first one tells the others by a
/// variable: <c>first:line:nohup</c>, its pid, the pipe that it reads as <see cref="TerminalStandIn"/>, and whether hang-ups are
/// ignored. Anybody can set a variable: its only effect is that text is written into a pipe.
/// </summary>
internal sealed class TerminalSession
{
    internal const string Variable = "BATON_TERMINAL";
    private const string NoHangUps = "nohup";

    // A shell that hangs up its jobs ends right afterwards, and the terminal is gone.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    // If the terminal was lost without a signal, as by a shell that leaves its jobs alone, a later signal has nothing to do with
    // it.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Func<ControllingTerminal> _look;
    private readonly Func<int, bool> _leaves;
    private readonly TimeProvider _time;
    private readonly int _first;
    private readonly int _session;
    private readonly Descriptor? _line;
    private Descriptor? _place;
    private long? _lostAt;

    /// <summary>Separate from <see cref="Find"/> for tests.</summary>
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

    /// <summary>Whether the service was started by nohup(1) or the like.</summary>
    internal bool HangUpsIgnored { get; }

    /// <summary>Whether this is the process that was started from the terminal.</summary>
    internal bool IsFirst { get; }

    /// <summary>
    /// Whether SIGHUP must be handled even without an entry in the table: a successor starts with every signal at its default.
    /// </summary>
    internal bool NeedsHangUp => HangUpsIgnored ? !IsFirst : HasTerminal;

    /// <summary>Whether this process stays as a stand-in after the handover.</summary>
    internal bool HasPlace => _place is not null;

    /// <summary>Whether the first process passes signals on.</summary>
    internal bool HasStandIn => _line is not null;

    /// <summary>Reads the variable and removes it.</summary>
    /// <returns>Null for a service without terminal and nohup.</returns>
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

    /// <summary>The start command of a successor.</summary>
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

    /// <summary>Checks whether the terminal is gone; to be called now and then.</summary>
    internal void Look()
    {
        if (HasTerminal && _lostAt is null && !_look().HasTerminal)
        {
            _lostAt = _time.GetTimestamp();
        }
    }

    /// <summary>The meaning of the SIGHUP that has just come. Waits a moment for the terminal to go.</summary>
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

    /// <summary>Sends a line to the stand-in, or to the process that will become it. Nothing depends on it.</summary>
    internal void Say(string word, int value)
    {
        if (_line is { } line)
        {
            Pipe.TryWrite(line, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{word} {value}\n")));
        }
    }

    /// <summary>This process has handed over and ends. The stand-in replaces it, if there is one. Returns only if not.</summary>
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

            // Writers open it anew. When all of them have ended, the service has ended.
            writer.Dispose();
            return reader;
        }
        catch (Win32Exception)
        {
            // No descriptor is free: the process ends without a stand-in.
            return null;
        }
    }

    // A pipe of another process is opened by its name in /proc, with the permissions of a file.
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

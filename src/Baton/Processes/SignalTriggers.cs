using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>Turns signals into calls. The handlers run wherever .NET runs them; what they call must return at once.</summary>
internal sealed class SignalTriggers : IDisposable
{
    private readonly PosixSignal[] _signals;
    private readonly bool _hangUpListed;
    private readonly Action<PosixSignal> _arrived;
    private readonly TerminalSession? _terminal;
    private readonly Action<HangUp>? _hungUp;
    private List<PosixSignalRegistration> _registrations;
    private PosixSignalContext? _last;

    /// <summary>Registers for the signals, of which elsewhere than on Linux only the named ones exist.</summary>
    /// <param name="signals">Those of the table.</param>
    /// <param name="arrived">Called when one of them comes.</param>
    /// <param name="terminal">Where this process was started from a terminal: tells which SIGHUP is a hang-up. Then SIGHUP is
    /// heard also if it is not in the table.</param>
    /// <param name="hungUp">Called instead for a hang-up.</param>
    internal SignalTriggers(
        IEnumerable<PosixSignal> signals,
        Action<PosixSignal> arrived,
        TerminalSession? terminal = null,
        Action<HangUp>? hungUp = null)
    {
        _signals = [.. signals.Distinct().Where(s => s < 0 || OperatingSystem.IsLinux())];
        (_arrived, _terminal, _hungUp) = (arrived, terminal, hungUp);
        Array.ForEach(_signals, HeedIfIgnored);
        _hangUpListed = _signals.Contains(PosixSignal.SIGHUP);
        if (!_hangUpListed && terminal is { NeedsHangUp: true })
        {
            _signals = [.. _signals, PosixSignal.SIGHUP];
        }

        _registrations = Register();
    }

    /// <summary>
    /// Registers again, to be called before those that registered meanwhile: .NET calls the last one first. No signal is lost or
    /// heard twice.
    /// </summary>
    internal void Renew()
    {
        List<PosixSignalRegistration> previous = _registrations;
        _registrations = Register();
        previous.ForEach(r => r.Dispose());
    }

    /// <summary>
    /// Lets the signals through to the calling thread: the mask of a successor's threads is inherited from its start.
    /// </summary>
    internal static unsafe void Unblock(IEnumerable<PosixSignal> signals)
    {
        if (!Platform.HandoverSupported)
        {
            return;
        }

        byte* set = stackalloc byte[Libc.SigsetBytes];
        _ = Libc.sigemptyset(set);
        foreach (PosixSignal signal in signals)
        {
            _ = Libc.sigaddset(set, SignalNumber.Of(signal));
        }

        _ = Libc.pthread_sigmask(Libc.SIG_UNBLOCK, set, null);
    }

    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    private List<PosixSignalRegistration> Register() =>
        [.. _signals.Select(signal => PosixSignalRegistration.Create(signal, context => Hear(signal, context)))];

    private void Hear(PosixSignal signal, PosixSignalContext context)
    {
        HangUp hangUp = signal == PosixSignal.SIGHUP ? _terminal?.Judge() ?? HangUp.None : HangUp.None;
        if (hangUp == HangUp.None && signal == PosixSignal.SIGHUP && !_hangUpListed)
        {
            // Somebody has sent it, and the table has no use for it: its default, which under nohup is nothing.
            context.Cancel |= _terminal!.HangUpsIgnored;
            return;
        }

        // Only ever true: the flag is shared, and the last writer wins over the host's own handler.
        context.Cancel = true;

        // One context for all handlers of one arrival.
        if (Interlocked.Exchange(ref _last, context) == context)
        {
            return;
        }

        if (hangUp == HangUp.None)
        {
            _arrived(signal);
        }
        else
        {
            _hungUp!(hangUp);
        }
    }

    // nohup ignores SIGHUP, and a shell's & SIGINT and SIGQUIT. .NET leaves an ignored signal ignored, and looks at some of them
    // when the first handler of any signal is registered: so this comes before all registrations.
    private static void HeedIfIgnored(PosixSignal signal)
    {
        if (Platform.HandoverSupported && IsIgnored(SignalNumber.Of(signal)))
        {
            _ = Libc.signal(SignalNumber.Of(signal), 0);
        }
    }

    /// <summary>Whether this process was started with a signal ignored, and nobody has changed that.</summary>
    internal static bool IsIgnored(int signal)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
        ulong mask = Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16);
        return (mask >> (signal - 1) & 1) == 1;
    }
}

using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>Calls an action for each signal. Handlers run on .NET's threads, so the action must return at once.</summary>
internal sealed class SignalTriggers : IDisposable
{
    private readonly PosixSignal[] _signals;
    private readonly bool _hangUpListed;
    private readonly Action<PosixSignal> _arrived;
    private readonly TerminalSession? _terminal;
    private readonly Action<HangUp>? _hungUp;
    private List<PosixSignalRegistration> _registrations;
    private PosixSignalContext? _last;

    /// <summary>Registers for the signals. Other platforms than Linux have only the named ones.</summary>
    /// <param name="signals">The signals of the table.</param>
    /// <param name="arrived">Called for each signal.</param>
    /// <param name="terminal">The terminal of this process: decides which SIGHUP is a hang-up. With a terminal SIGHUP is handled
    /// even if it is not in the table.</param>
    /// <param name="hungUp">Called for a hang-up instead.</param>
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
    /// Registers again, to run before handlers that were registered meanwhile: .NET calls the last one first. No signal is lost
    /// or handled twice.
    /// </summary>
    internal void Renew()
    {
        List<PosixSignalRegistration> previous = _registrations;
        _registrations = Register();
        previous.ForEach(r => r.Dispose());
    }

    /// <summary>
    /// Unblocks the signals for the calling thread: threads of a successor inherit a blocked mask from the start.
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
        [.. _signals.Select(signal => PosixSignalRegistration.Create(signal, context => Handle(signal, context)))];

    private void Handle(PosixSignal signal, PosixSignalContext context)
    {
        HangUp hangUp = signal == PosixSignal.SIGHUP ? _terminal?.Judge() ?? HangUp.None : HangUp.None;
        if (hangUp == HangUp.None && signal == PosixSignal.SIGHUP && !_hangUpListed)
        {
            // A sent SIGHUP that the table does not use: the default action, which under nohup is nothing.
            context.Cancel |= _terminal!.HangUpsIgnored;
            return;
        }

        // Only set to true: the flag is shared with the host's handler, and the last writer wins.
        context.Cancel = true;

        // One context is shared by all handlers of one signal.
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

    // nohup ignores SIGHUP, and a shell's & ignores SIGINT and SIGQUIT. .NET leaves ignored signals ignored, and checks some of
    // them at the first registration: so this comes before all registrations.
    private static void HeedIfIgnored(PosixSignal signal)
    {
        if (Platform.HandoverSupported && IsIgnored(SignalNumber.Of(signal)))
        {
            _ = Libc.signal(SignalNumber.Of(signal), 0);
        }
    }

    /// <summary>Whether this process was started with the signal ignored, and still ignores it.</summary>
    internal static bool IsIgnored(int signal)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
        ulong mask = Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16);
        return (mask >> (signal - 1) & 1) == 1;
    }
}

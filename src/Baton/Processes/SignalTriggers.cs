using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>Turns signals into calls. The handlers run wherever .NET runs them; what they call must return at once.</summary>
internal sealed class SignalTriggers : IDisposable
{
    private readonly PosixSignal[] _signals;
    private readonly Action<PosixSignal> _arrived;
    private List<PosixSignalRegistration> _registrations;
    private PosixSignalContext? _last;

    /// <summary>Registers for the signals, of which elsewhere than on Linux only the named ones exist.</summary>
    internal SignalTriggers(IEnumerable<PosixSignal> signals, Action<PosixSignal> arrived)
    {
        _signals = [.. signals.Distinct().Where(s => s < 0 || OperatingSystem.IsLinux())];
        _arrived = arrived;
        Array.ForEach(_signals, HeedIfIgnored);
        _registrations = Register();
    }

    /// <summary>
    /// Registers again, to be called before those that registered meanwhile: .NET calls the last one first. No signal is lost or heard twice.
    /// </summary>
    internal void Renew()
    {
        List<PosixSignalRegistration> previous = _registrations;
        _registrations = Register();
        previous.ForEach(r => r.Dispose());
    }

    /// <summary>Lets the signals through to the calling thread: the mask of a successor's threads is inherited from its start.</summary>
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

    private List<PosixSignalRegistration> Register() => [.. _signals.Select(signal => PosixSignalRegistration.Create(signal, context =>
    {
        // Only ever true: the flag is shared, and the last writer wins over the host's own handler.
        context.Cancel = true;

        // One context for all handlers of one arrival.
        if (Interlocked.Exchange(ref _last, context) != context)
        {
            _arrived(signal);
        }
    }))];

    // nohup ignores SIGHUP, and a shell's & SIGINT and SIGQUIT. .NET leaves an ignored signal ignored, and looks at some of them when the first
    // handler of any signal is registered: so this comes before all registrations.
    private static void HeedIfIgnored(PosixSignal signal)
    {
        if (Platform.HandoverSupported && IsIgnored(signal))
        {
            _ = Libc.signal(SignalNumber.Of(signal), 0);
        }
    }

    private static bool IsIgnored(PosixSignal signal)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
        ulong mask = Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16);
        return (mask >> (SignalNumber.Of(signal) - 1) & 1) == 1;
    }
}

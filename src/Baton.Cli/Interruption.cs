using System.Runtime.InteropServices;

namespace Baton.Cli;

/// <summary>^C and SIGTERM. The first one ends the watching, not the operation; a second one ends the program.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    internal Interruption() =>
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        ];

    internal CancellationToken Token => _source.Token;

    internal int ExitCode { get; private set; } = CommandLine.ExitCode.Interrupted;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }
/// <summary>For tests, which do not signal themselves.</summary>
    /// <summary>For tests, which send no signals to themselves.</summary>
    internal void Cancel() => _source.Cancel();

    private void OnSignal(PosixSignalContext signal)
    {
        if (_source.IsCancellationRequested)
        {
            return;
        }

        signal.Cancel = true;
        ExitCode = signal.Signal == PosixSignal.SIGTERM ? CommandLine.ExitCode.Terminated : CommandLine.ExitCode.Interrupted;
        _source.Cancel();
    }
}

using System.Runtime.InteropServices;
using Baton.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton;

/// <summary>Limits and triggers of graceful restart. The defaults suit a web service.</summary>
public class RestarterOptions
{
    /// <summary>
    /// How long a successor may take from its start until it is ready; then it is killed and this process keeps serving.
    /// Default 60 seconds; more than zero. <see cref="Timeout.InfiniteTimeSpan"/> waits for ever, until a shutdown is asked.
    /// </summary>
    public TimeSpan ReadyTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long open work may go on after a handover or when shutting down; then the rest is cut, counted and logged.
    /// Default 60 seconds. Zero cuts at once; <see cref="Timeout.InfiniteTimeSpan"/> cuts only when force is asked.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long the other side of a handover may take to answer or to finish a message it has begun; also how long a successor waits for its
    /// listeners. Default 10 seconds; more than zero, finite.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a process may take to end once nothing is left to wait for: this one after the drain timeout or force (then it is ended
    /// hard), a successor after it failed or was killed. Default 5 seconds; more than zero, finite.
    /// </summary>
    public TimeSpan ExitTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Signals that restart. Default SIGUSR2 and SIGHUP. Signals without a name in <see cref="PosixSignal"/> are given by number:
    /// <c>(PosixSignal)12</c> is SIGUSR2 on Linux. Empty: no signal restarts.
    /// </summary>
    public IList<PosixSignal> RestartSignals { get; } = [(PosixSignal)SignalNumber.SIGUSR2, PosixSignal.SIGHUP];

    /// <summary>
    /// Signals that shut down gracefully; a second one forces. Default SIGTERM, SIGINT and SIGQUIT. Empty: the runtime's own handling stays.
    /// </summary>
    public IList<PosixSignal> ShutdownSignals { get; } = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT];

    /// <summary>Where log lines go; default nowhere. In a host it is the host's, and need not be set.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>For tests of time; default the system's.</summary>
    internal TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message names it.</exception>
    internal virtual void Validate()
    {
        Require(ReadyTimeout > TimeSpan.Zero || ReadyTimeout == Timeout.InfiniteTimeSpan, nameof(ReadyTimeout), ReadyTimeout, "more than zero, or infinite");
        Require(DrainTimeout >= TimeSpan.Zero || DrainTimeout == Timeout.InfiniteTimeSpan, nameof(DrainTimeout), DrainTimeout, "zero or more, or infinite");
        Require(HandshakeTimeout > TimeSpan.Zero, nameof(HandshakeTimeout), HandshakeTimeout, "more than zero, and finite");
        Require(ExitTimeout > TimeSpan.Zero, nameof(ExitTimeout), ExitTimeout, "more than zero, and finite");
        PosixSignal[] both = [.. RestartSignals.IntersectBy(ShutdownSignals.Select(SignalNumber.Of), SignalNumber.Of)];
        Require(both.Length == 0, nameof(RestartSignals), string.Join(", ", both.Select(SignalNumber.NameOf)), "none that is also a shutdown signal");
    }

    private protected static void Require(bool holds, string name, object value, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; allowed is {allowed}.");
        }
    }
}

using System.Runtime.InteropServices;
using Baton.Handover;
using Baton.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton;

/// <summary>Limits and triggers of graceful restart. The defaults suit a web service.</summary>
public class RestarterOptions
{
    // The channels to all of them ride with one message.
    private const int MostGenerations = HandoverProtocol.MaxBatch;

    private static readonly TimeSpan ShortestHeartbeat = TimeSpan.FromMilliseconds(100);

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
    /// Where programs lie that a restart may be asked to start instead of this one; absolute paths. Default empty: only the program this process was
    /// started as. Links are followed before a path is compared. On Linux a file or directory in them that everybody may write is refused.
    /// </summary>
    public IList<string> AllowedProgramDirectories { get; } = [];

    /// <summary>
    /// Arguments that make the new program check itself and end, such as <c>--check</c>, appended to the arguments of the service. It is run with them
    /// before a restart, must exit with code 0 within <see cref="CheckTimeout"/>, and is told nothing else: it must not serve. Default empty: no check.
    /// </summary>
    public IList<string> CheckArguments { get; } = [];

    /// <summary>
    /// How long a check may take; then it is killed and the restart refused. Default 30 seconds; more than zero, finite. Counts only with
    /// <see cref="CheckArguments"/>.
    /// </summary>
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long, after a successor was told to serve, this process stays able to take over again: it keeps its listeners, and does so if the
    /// successor ends, says that it is unhealthy, or hangs. A restart that is asked meanwhile starts when it is over. Default 10 seconds. Zero turns it off: this
    /// process leaves as soon as its work is done. Finite.
    /// </summary>
    public TimeSpan Probation { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a successor on probation may be without any sign of progress on its thread pool; then it counts as hanging, is killed, and
    /// this process takes over again. Default 5 seconds; at least 100 milliseconds. <see cref="Timeout.InfiniteTimeSpan"/> does not look.
    /// </summary>
    public TimeSpan HeartbeatTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many processes of the service may live at the same time: the one that serves, the one that starts, and those that still finish their work. Where
    /// a restart would make more, the oldest is forced first. Default 3; between 2 and 250.
    /// </summary>
    public int MaxGenerations { get; set; } = 3;

    /// <summary>How many of the last restarts that this process began <see cref="RestartStatus.LastRestarts"/> remembers. Default 10; zero or more.</summary>
    public int RestartsRemembered { get; set; } = 10;

    /// <summary>
    /// A file that names the process in charge: the one that serves, from the moment it does; the old one again after a roll back. Replaced in one step, removed at the
    /// end of the service. Its directory must exist; what goes wrong with it is logged, and the service goes on. Default null: no file.
    /// </summary>
    public string? PidFile { get; set; }

    /// <summary>How a restart is done. Default <see cref="RestartStrategy.Handover"/>.</summary>
    public RestartStrategy Strategy { get; set; } = RestartStrategy.Handover;

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

    /// <summary>For tests that end a process at a given step of the handover; default none.</summary>
    internal Action<HandoverStep, HandoverMessage>? Tap { get; set; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message names it.</exception>
    internal virtual void Validate()
    {
        Require(ReadyTimeout > TimeSpan.Zero || ReadyTimeout == Timeout.InfiniteTimeSpan, nameof(ReadyTimeout), ReadyTimeout, "more than zero, or infinite");
        Require(DrainTimeout >= TimeSpan.Zero || DrainTimeout == Timeout.InfiniteTimeSpan, nameof(DrainTimeout), DrainTimeout, "zero or more, or infinite");
        Require(HandshakeTimeout > TimeSpan.Zero, nameof(HandshakeTimeout), HandshakeTimeout, "more than zero, and finite");
        Require(ExitTimeout > TimeSpan.Zero, nameof(ExitTimeout), ExitTimeout, "more than zero, and finite");
        Require(CheckTimeout > TimeSpan.Zero, nameof(CheckTimeout), CheckTimeout, "more than zero, and finite");
        Require(AllowedProgramDirectories.All(IsAbsolute), nameof(AllowedProgramDirectories), Joined(AllowedProgramDirectories), "a list of absolute paths");
        Require(CheckArguments.All(a => a?.Contains('\0') == false), nameof(CheckArguments), Joined(CheckArguments), "a list without null and NUL characters");
        Require(Probation >= TimeSpan.Zero, nameof(Probation), Probation, "zero or more, and finite");
        Require(HeartbeatTimeout >= ShortestHeartbeat || HeartbeatTimeout == Timeout.InfiniteTimeSpan, nameof(HeartbeatTimeout), HeartbeatTimeout, "100 ms or more, or infinite");
        Require(MaxGenerations is >= 2 and <= MostGenerations, nameof(MaxGenerations), MaxGenerations, $"between 2 and {MostGenerations}");
        Require(RestartsRemembered >= 0, nameof(RestartsRemembered), RestartsRemembered, "zero or more");
        PosixSignal[] both = [.. RestartSignals.IntersectBy(ShutdownSignals.Select(SignalNumber.Of), SignalNumber.Of)];
        Require(both.Length == 0, nameof(RestartSignals), string.Join(", ", both.Select(SignalNumber.NameOf)), "none that is also a shutdown signal");
    }

    private static bool IsAbsolute(string? path) => path is not null && !path.Contains('\0') && Path.IsPathFullyQualified(path);

    private static string Joined(IEnumerable<string?> words) => string.Join(", ", words.Select(w => $"\"{w}\""));

    private protected static void Require(bool holds, string name, object value, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; allowed is {allowed}.");
        }
    }
}

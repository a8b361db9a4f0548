using System.Runtime.InteropServices;
using Baton.Configuration;
using Baton.Handover;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton;

/// <summary>Limits and triggers of graceful restart. The defaults suit a web service.</summary>
public partial class RestarterOptions
{
    // The channels to all of them ride with one message.
    private const int MostGenerations = HandoverProtocol.MaxBatch;

    // A name that is a part of a unix socket's path, which may have 107 characters.
    internal const int LongestName = 64;

    private static readonly DurationRange s_heartbeats =
        new(TimeSpan.FromMilliseconds(100), TimeSpan.MaxValue, OrInfinite: true, "100 ms or more, or infinite");

    /// <summary>
    /// How long a successor may take from its start until it is ready; then it is killed and this process keeps serving.
    /// Default 60 seconds; more than zero. <see cref="Timeout.InfiniteTimeSpan"/> waits for ever, until a shutdown is asked.
    /// </summary>
    public TimeSpan ReadyTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a successor may start with less priority than the process that serves, so that its start takes little from the
    /// requests of that one: all its threads have a nice value that is higher by 10 until it serves. Then, or after this time,
    /// it has the priority of its predecessor. Programs that the application starts before keep the lower one. It counts only
    /// where the kernel lets the priority be raised again: for a user with CAP_SYS_NICE, such as root, or with
    /// <c>LimitNICE=+0</c> of systemd. Elsewhere the start has the usual priority, and the log says so. Default 5 seconds; zero
    /// or more, finite. Zero starts with the usual priority.
    /// </summary>
    public TimeSpan GentleStart { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a successor whose hosts are all ready, but which has inherited a listener that none of them uses, waits for a
    /// host that is made later: an application may make and start its hosts one after the other. The predecessor serves
    /// meanwhile; it is what a restart costs more where the configuration has dropped an address. It is also how long the
    /// exception of a host that has not started may take to end the process, before it is the host's failure and not the
    /// process's. Default 2 seconds; zero or more, finite. Zero does not wait.
    /// </summary>
    public TimeSpan LaterServerTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long open work may go on after a handover or when shutting down; then the rest is cut, counted and logged.
    /// Default 60 seconds. Zero cuts at once; <see cref="Timeout.InfiniteTimeSpan"/> cuts only when force is asked.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long, after a shutdown was asked, this process goes on serving connections that are open as if nothing had happened.
    /// Then they are told, and <see cref="DrainTimeout"/> begins. For load balancers that take an instance out slowly; the health
    /// check of <c>AddGracefulRestart</c> says at once that this process is not ready. It ends earlier when no connection is left
    /// and none is accepted. A second signal or force ends it at once. It does not delay a restart. Default zero: none. Zero or
    /// more, finite.
    /// </summary>
    public TimeSpan ShutdownIdleGrace { get; set; }

    /// <summary>
    /// Whether this process also goes on accepting new connections during <see cref="ShutdownIdleGrace"/>. Default false: they
    /// are refused from the moment in which the shutdown is asked.
    /// </summary>
    public bool AcceptDuringShutdownIdleGrace { get; set; }

    /// <summary>
    /// How long the other side of a handover may take to answer or to finish a message it has begun; also how long a successor
    /// waits for its listeners. Default 10 seconds; more than zero, finite.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a process may take to end once nothing is left to wait for: this one after force, or after the time that its host
    /// has to stop (then it is ended hard), a successor after it failed or was killed. Half of it is the most that the end of the
    /// process waits for a logger to write Baton's last lines. Default 5 seconds; more than zero, finite.
    /// </summary>
    public TimeSpan ExitTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a successor that has crashed may take to have its memory written to a file, by <c>createdump</c> of .NET or by
    /// the kernel. The service does not wait for it: this process serves meanwhile. Then the successor is killed, which destroys
    /// the dump. Default 5 minutes; zero or more, finite. Zero does not wait.
    /// </summary>
    public TimeSpan CrashDumpTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Where programs lie that a restart may be asked to start instead of this one; absolute paths. Default empty: only the
    /// program this process was started as. Links are followed before a path is compared. On Linux a file or directory in them
    /// that everybody may write is refused.
    /// </summary>
    public IList<string> AllowedProgramDirectories { get; } = [];

    /// <summary>
    /// Arguments that make the new program check itself and end, such as <c>--check</c>, appended to the arguments of the
    /// service. It is run with them before a restart, must exit with code 0 within <see cref="CheckTimeout"/>, and is told
    /// nothing else: it must not serve. Default empty: no check.
    /// </summary>
    public IList<string> CheckArguments { get; } = [];

    /// <summary>
    /// How long a check may take; then it is killed and the restart refused. Default 30 seconds; more than zero, finite. Counts
    /// only with
    /// <see cref="CheckArguments"/>.
    /// </summary>
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long this process may still take what its predecessor has passed on by <see cref="HandleRegistry.Pass(string,
    /// System.Runtime.InteropServices.SafeHandle)"/>, once its probation is over. Then the rest is closed in both processes, and
    /// logged. Default 10 seconds; zero or more, finite.
    /// </summary>
    public TimeSpan HandleTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long, after a successor was told to serve, this process stays able to take over again: it keeps its listeners, and
    /// does so if the successor ends, says that it is unhealthy, or hangs. A restart that is asked meanwhile starts when it is
    /// over. Default 10 seconds. Zero turns it off: this process leaves as soon as its work is done. Finite.
    /// </summary>
    public TimeSpan Probation { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a new process waits to be confirmed, by <c>baton confirm</c>, the admin API or <see
    /// cref="Restarter.ConfirmAsync"/>. This process stays able to take over all that time, and does so if nobody confirms. It is
    /// the probation of such a restart, in place of <see cref="Probation"/>; a restart can ask for its own. Another restart is
    /// refused meanwhile. Default zero: no confirmation is needed. Zero or more, at most a day.
    /// </summary>
    public TimeSpan ConfirmWithin { get; set; }

    /// <summary>
    /// How long a successor on probation may be without any sign of progress on its thread pool; then it counts as hanging, is
    /// killed, and this process takes over again. Default 5 seconds; at least 100 milliseconds. <see
    /// cref="Timeout.InfiniteTimeSpan"/> does not look.
    /// </summary>
    public TimeSpan HeartbeatTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the exclusive services of this process may take to stop when a successor is ready; clients wait meanwhile. Then
    /// the restart is backed out: the successor is killed, and this process goes on. Default 10 seconds; more than zero, finite.
    /// It counts only where there are exclusive services.
    /// </summary>
    public TimeSpan ExclusiveStopTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What happens when exclusive services do not stop within <see cref="ExclusiveStopTimeout"/>. Default
    /// <see cref="ExclusiveStopPolicy.BackOut"/>: the restart fails. <see cref="ExclusiveStopPolicy.EndPredecessor"/>: the new
    /// process serves, and its own exclusive services start when this process has ended, within <see cref="DrainTimeout"/>.
    /// </summary>
    public ExclusiveStopPolicy WhenExclusiveIsLate { get; set; } = ExclusiveStopPolicy.BackOut;

    /// <summary>
    /// How many processes of the service may live at the same time: the one that serves, the one that starts, and those that
    /// still finish their work. Where a restart would make more, the oldest is forced first. Default 3; between 2 and 250.
    /// </summary>
    public int MaxGenerations { get; set; } = 3;

    /// <summary>
    /// How many of the last restarts <see cref="RestartStatus.LastRestarts"/> remembers. Default 10; zero or more.
    /// </summary>
    public int RestartsRemembered { get; set; } = 10;

    /// <summary>
    /// A file that names the process in charge: the one that serves, from the moment it does; the old one again after a roll
    /// back. Replaced in one step, removed at the end of the service. Its directory must exist; what goes wrong with it is
    /// logged, and the service goes on. Default null: no file.
    /// </summary>
    public string? PidFile { get; set; }

    /// <summary>
    /// The name by which <c>baton</c> finds this service. Letters, digits, <c>.</c>, <c>-</c> and <c>_</c>, not a <c>.</c> in
    /// front, at most 64 of them. Default null: the name of the entry assembly.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>The control socket of the service.</summary>
    public RestartControlOptions Control { get; } = new();

    /// <summary>
    /// How a restart is done. Default <see cref="RestartStrategy.Handover"/>: the successor gets the listening sockets, and
    /// nobody is refused. <see cref="RestartStrategy.Complete"/>: this process ends its work first and starts the new program
    /// then, with a gap in between; what other systems than Linux always do.
    /// </summary>
    public RestartStrategy Strategy { get; set; } = RestartStrategy.Handover;

    /// <summary>
    /// What each signal does. Default SIGUSR2 and SIGHUP restart; SIGTERM, SIGINT and SIGQUIT shut down, and a second one of
    /// these forces. A signal that is not in it is not touched. Not allowed are signals that nobody can catch (SIGKILL, SIGSTOP)
    /// or that the runtime needs for itself (SIGSEGV, SIGABRT, SIGCHLD, SIGCONT, SIGPIPE and the like).
    /// </summary>
    public SignalTable Signals { get; } = new();

    /// <summary>
    /// The application's own work before and after what is asked of this process, before a successor starts and at the end.
    /// Default none.
    /// </summary>
    public RestartHooks Hooks { get; } = new();

    /// <summary>
    /// How long the hooks of one moment may take together; then they are given up, which is logged, and things go on. Default 5
    /// seconds; more than zero, finite.
    /// </summary>
    public TimeSpan HookTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Where log lines go; default nowhere. In a host it is the host's, and need not be set.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>How long the end of the process waits for the application's logger.</summary>
    internal TimeSpan LogTime => ExitTimeout / 2;

    /// <summary>For tests of time; default the system's. Not the application's: the control loop runs by it.</summary>
    internal TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>For tests that end a process at a given step of the handover; default none.</summary>
    internal Action<HandoverStep, HandoverMessage>? Tap { get; set; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message names it.</exception>
    internal void Validate() => Describe(new OptionCheck());

    /// <summary>
    /// Every option, one call each. Its check, its key in the configuration, its conflicts between several servers, and its row
    /// in
    /// <c>docs/options.md</c> follow from that.
    /// </summary>
    internal virtual void Describe(OptionVisitor o) => DescribeProcess(o);

    /// <summary>Those that a process has once, however many servers it has.</summary>
    internal void DescribeProcess(OptionVisitor o)
    {
        ReadyTimeout = o.Duration(nameof(ReadyTimeout), ReadyTimeout, DurationRange.MoreThanZeroOrInfinite);
        GentleStart = o.Duration(nameof(GentleStart), GentleStart, DurationRange.ZeroOrMore);
        LaterServerTimeout = o.Duration(nameof(LaterServerTimeout), LaterServerTimeout, DurationRange.ZeroOrMore);
        DrainTimeout = o.Duration(nameof(DrainTimeout), DrainTimeout, DurationRange.ZeroOrMoreOrInfinite);
        ShutdownIdleGrace = o.Duration(nameof(ShutdownIdleGrace), ShutdownIdleGrace, DurationRange.ZeroOrMore);
        AcceptDuringShutdownIdleGrace = o.Switch(nameof(AcceptDuringShutdownIdleGrace), AcceptDuringShutdownIdleGrace);
        Probation = o.Duration(nameof(Probation), Probation, DurationRange.ZeroOrMore);
        ConfirmWithin = o.Duration(nameof(ConfirmWithin), ConfirmWithin, DurationRange.UpToADay);
        HeartbeatTimeout = o.Duration(nameof(HeartbeatTimeout), HeartbeatTimeout, s_heartbeats);
        HandshakeTimeout = o.Duration(nameof(HandshakeTimeout), HandshakeTimeout, DurationRange.MoreThanZero);
        ExitTimeout = o.Duration(nameof(ExitTimeout), ExitTimeout, DurationRange.MoreThanZero);
        CrashDumpTimeout = o.Duration(nameof(CrashDumpTimeout), CrashDumpTimeout, DurationRange.ZeroOrMore);
        HookTimeout = o.Duration(nameof(HookTimeout), HookTimeout, DurationRange.MoreThanZero);
        ExclusiveStopTimeout = o.Duration(nameof(ExclusiveStopTimeout), ExclusiveStopTimeout, DurationRange.MoreThanZero);
        HandleTimeout = o.Duration(nameof(HandleTimeout), HandleTimeout, DurationRange.ZeroOrMore);
        WhenExclusiveIsLate = o.Choice(nameof(WhenExclusiveIsLate), WhenExclusiveIsLate);
        MaxGenerations = o.Number(nameof(MaxGenerations), MaxGenerations, 2, MostGenerations, $"between 2 and {MostGenerations}");
        RestartsRemembered = o.Number(nameof(RestartsRemembered), RestartsRemembered, 0, int.MaxValue, "zero or more");
        Strategy = o.Choice(nameof(Strategy), Strategy);
        PidFile = o.TextOrNone(nameof(PidFile), PidFile);
        o.Texts(nameof(AllowedProgramDirectories), AllowedProgramDirectories, IsAbsolute, "a list of absolute paths");
        o.Texts(
            nameof(CheckArguments),
            CheckArguments,
            static a => a?.Contains('\0') == false,
            "a list without null and NUL characters");
        CheckTimeout = o.Duration(nameof(CheckTimeout), CheckTimeout, DurationRange.MoreThanZero);
        o.Signals("SignalPreset", nameof(Signals), Signals);
        o.Code(nameof(Hooks), Hooks.HasAny);
        DescribeState(o);
        DescribeTakeOver(o);
        DescribeChanges(o);
        Name = o.TextOrNone(nameof(Name), Name, IsName, "1 to 64 letters, digits, '.', '-' and '_', the first not '.'");
        o.Section(nameof(Control), nameof(RestartControlOptions.Directory), Control.Describe);
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName
            && name[0] != '.'
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    internal static bool IsAbsolute(string? path) => path is not null && !path.Contains('\0') && Path.IsPathFullyQualified(path);
}

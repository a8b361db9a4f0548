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
    /// How long a successor may take from its start until it is ready. Then it is killed, and this process keeps serving. Default
    /// 60 seconds; more than zero. <see cref="Timeout.InfiniteTimeSpan"/> waits until the successor is ready or a shutdown is
    /// asked.
    /// </summary>
    public TimeSpan ReadyTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a successor may start with a lower priority than the process that serves, so that the start does not slow down
    /// requests. All its threads have a nice value that is higher by 10. When the successor serves, or when this time has passed,
    /// it gets the priority of its predecessor. Programs that the application starts before then keep the lower priority. This
    /// works only if the kernel lets the process raise its priority again: as root, with CAP_SYS_NICE, or with
    /// <c>LimitNICE=+0</c> of systemd. Otherwise the start has the usual priority, and the log says so. Default 5 seconds; zero
    /// or more, finite. Zero starts with the usual priority.
    /// </summary>
    public TimeSpan GentleStart { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a successor waits for another host of the same process. It waits if all its hosts are ready but none of them uses
    /// a listener that it has inherited: an application may create its hosts one after the other. The predecessor serves
    /// meanwhile. A restart that removes an address takes this much longer. It is also how long the exception of a host that did
    /// not start may take to end the process. Default 2 seconds; zero or more, finite. Zero does not wait.
    /// </summary>
    public TimeSpan LaterServerTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long open work may continue after a handover or in a shutdown. Then the rest is cut, counted and logged. Default 60
    /// seconds. Zero cuts at once; <see cref="Timeout.InfiniteTimeSpan"/> cuts only when a force is asked.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long this process continues to serve its open connections after a shutdown was asked. Then it tells the clients, and
    /// <see cref="DrainTimeout"/> begins. For load balancers that remove an instance slowly: the health check of
    /// <c>AddGracefulRestart</c> reports at once that this process is not ready. The time ends earlier when no connection is left
    /// and none is accepted. A second signal or a force ends it at once. It does not delay a restart. Default zero: none. Zero or
    /// more, finite.
    /// </summary>
    public TimeSpan ShutdownIdleGrace { get; set; }

    /// <summary>
    /// Whether this process also accepts new connections during <see cref="ShutdownIdleGrace"/>. Default false: they are refused
    /// from the moment when the shutdown is asked.
    /// </summary>
    public bool AcceptDuringShutdownIdleGrace { get; set; }

    /// <summary>
    /// How long the other process of a handover may take to answer, or to finish a message. Also how long a successor waits for
    /// its listeners. Default 10 seconds; more than zero, finite.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a process may take to exit when nothing is left to wait for. For this process: after a force, or after the time
    /// that its host has to stop; then the process is ended hard. For a successor: after it failed or was killed. At most half of
    /// this time the end of the process waits for a logger to write the last lines. Default 5 seconds; more than zero, finite.
    /// </summary>
    public TimeSpan ExitTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a successor that has crashed may take to write a dump, by <c>createdump</c> of .NET or by the kernel. This
    /// process serves meanwhile. Then the successor is killed, which destroys the dump. Default 5 minutes; zero or more, finite.
    /// Zero does not wait.
    /// </summary>
    public TimeSpan CrashDumpTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The directories of other programs that a restart may start in place of this one; absolute paths. Default empty: a restart
    /// starts only the program as which this process was started. Links are followed before a path is compared. On Linux a file
    /// or directory that everybody may write to is refused.
    /// </summary>
    public IList<string> AllowedProgramDirectories { get; } = [];

    /// <summary>
    /// Arguments that make the new program check itself and exit, such as <c>--check</c>. Before a restart, Baton runs the
    /// program with the arguments of the service and these. The program must exit with code 0 within <see cref="CheckTimeout"/>.
    /// It must not serve. Default empty: no check.
    /// </summary>
    public IList<string> CheckArguments { get; } = [];

    /// <summary>
    /// How long the check of <see cref="CheckArguments"/> may take. Then it is killed, and the restart fails. Default 30 seconds;
    /// more than zero, finite.
    /// </summary>
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long this process may still take what its predecessor has passed by
    /// <see cref="HandleRegistry.Pass(string, System.Runtime.InteropServices.SafeHandle)"/>, after its probation. Then the rest
    /// is closed in both processes, and logged. Default 10 seconds; zero or more, finite.
    /// </summary>
    public TimeSpan HandleTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long this process stays able to serve again after its successor began to serve. It keeps its listeners. It serves
    /// again if the successor exits, reports that it is unhealthy, or hangs. A restart that is asked meanwhile starts after this
    /// time. Default 10 seconds; finite. Zero turns it off: this process exits as soon as its work is done.
    /// </summary>
    public TimeSpan Probation { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether a successor on probation is judged by what its clients get.</summary>
    public ProbationJudgeOptions Judge { get; } = new();

    /// <summary>
    /// How long a new process waits to be confirmed, by <c>baton confirm</c>, the admin API or
    /// <see cref="Restarter.ConfirmAsync"/>. If nobody confirms, this process serves again. For such a restart this time replaces
    /// <see cref="Probation"/>. A restart can ask for a time of its own. Another restart is refused meanwhile. Default zero: no
    /// confirmation is needed. Zero or more, at most a day.
    /// </summary>
    public TimeSpan ConfirmWithin { get; set; }

    /// <summary>
    /// How long a successor on probation may show no progress on its thread pool. Then it counts as hung: it is killed, and this
    /// process serves again. Default 5 seconds; at least 100 milliseconds. <see cref="Timeout.InfiniteTimeSpan"/> does not watch
    /// the thread pool.
    /// </summary>
    public TimeSpan HeartbeatTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the exclusive services of this process may take to stop when a successor is ready. Clients wait meanwhile. Then
    /// the restart fails: the successor is killed, and this process serves. Default 10 seconds; more than zero, finite. It counts
    /// only if there are exclusive services.
    /// </summary>
    public TimeSpan ExclusiveStopTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What happens when exclusive services do not stop within <see cref="ExclusiveStopTimeout"/>.
    /// <see cref="ExclusiveStopPolicy.BackOut"/>: the restart fails. <see cref="ExclusiveStopPolicy.EndPredecessor"/>: the new
    /// process serves, and its own exclusive services start when this process has ended, within <see cref="DrainTimeout"/>.
    /// Default <see cref="ExclusiveStopPolicy.BackOut"/>.
    /// </summary>
    public ExclusiveStopPolicy WhenExclusiveIsLate { get; set; } = ExclusiveStopPolicy.BackOut;

    /// <summary>
    /// How many processes of the service may live at the same time: the one that serves, the one that starts, and those that
    /// still finish their work. If a restart would make more, the oldest is forced to end first. Default 3; between 2 and 250.
    /// </summary>
    public int MaxGenerations { get; set; } = 3;

    /// <summary>
    /// How many of the last restarts <see cref="RestartStatus.LastRestarts"/> remembers. Default 10; zero or more.
    /// </summary>
    public int RestartsRemembered { get; set; } = 10;

    /// <summary>
    /// A file with the id of the process that serves. It changes when a new process serves, and back at a roll back. It is
    /// replaced in one step, and removed when the service ends. Its directory must exist. If the file cannot be written, the log
    /// says so, and the service continues. Default null: no file.
    /// </summary>
    public string? PidFile { get; set; }

    /// <summary>
    /// The name by which <c>baton</c> finds this service. Letters, digits, <c>.</c>, <c>-</c> and <c>_</c>; not a <c>.</c> first;
    /// at most 64 characters. Default null: the name of the entry assembly.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>The control socket of the service.</summary>
    public RestartControlOptions Control { get; } = new();

    /// <summary>
    /// How a restart is done. <see cref="RestartStrategy.Handover"/>: the successor gets the listening sockets, and no connection
    /// is refused. <see cref="RestartStrategy.Complete"/>: this process ends its work, and then the new program starts. There is
    /// a gap. Other systems than Linux always do this. Default <see cref="RestartStrategy.Handover"/>.
    /// </summary>
    public RestartStrategy Strategy { get; set; } = RestartStrategy.Handover;

    /// <summary>
    /// What each signal does. Default: SIGUSR2 and SIGHUP restart; SIGTERM, SIGINT and SIGQUIT shut down, and a second one of
    /// these forces. A signal that is not in the table is not touched. Not allowed are signals that nobody can catch (SIGKILL,
    /// SIGSTOP) and signals that the runtime needs (SIGSEGV, SIGABRT, SIGCHLD, SIGCONT, SIGPIPE and others).
    /// </summary>
    public SignalTable Signals { get; } = new();

    /// <summary>
    /// Work of the application before and after each action, before a successor starts, and at the end. Default none.
    /// </summary>
    public RestartHooks Hooks { get; } = new();

    /// <summary>
    /// How long the hooks of one moment may take together. Then their token is cancelled, the log says so, and the action
    /// continues without them. Default 5 seconds; more than zero, finite.
    /// </summary>
    public TimeSpan HookTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Where log lines go. Default: nowhere. In a host it is the logger of the host, and you need not set it.
    /// </summary>
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
        o.Section(nameof(Judge), nameof(ProbationJudgeOptions.Enabled), Judge.Describe);
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

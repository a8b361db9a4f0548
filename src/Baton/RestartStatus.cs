namespace Baton;

/// <summary>A snapshot of one process of the service.</summary>
public sealed record RestartStatus
{
    /// <summary>Its process id.</summary>
    public required int Pid { get; init; }

    /// <summary>1 for the first process, one more with every restart.</summary>
    public required int Generation { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required ProcessState State { get; init; }

    /// <summary>The process it took over from; null for a first generation.</summary>
    public int? PredecessorPid { get; init; }

    /// <summary>The process that it has started or that took over; null if there is none.</summary>
    public int? SuccessorPid { get; init; }

    /// <summary>
    /// The successor while it is on probation, as it last said, at most some seconds ago. It serves then. Null at any other time,
    /// and if the successor has sent no report.
    /// </summary>
    public GenerationStatus? Successor { get; init; }

    /// <summary>What it listens on, for example <c>tcp:127.0.0.1:8080</c> or <c>unix:/run/app.sock</c>.</summary>
    public IReadOnlyList<string> Listeners { get; init; } = [];

    /// <summary>The names of what this process passes on by <see cref="Restarter.Handles"/>.</summary>
    public IReadOnlyList<string> PassedHandles { get; init; } = [];

    /// <summary>
    /// The names of what its predecessor has passed on by <see cref="Restarter.Handles"/> and this process has not taken: closed
    /// by now.
    /// </summary>
    public IReadOnlyList<string> UntakenHandles { get; init; } = [];

    /// <summary>
    /// The living processes of the service as far as this one knows: itself first, then the older ones that still finish their
    /// work, with what they wait for.
    /// </summary>
    public IReadOnlyList<GenerationStatus> Generations { get; init; } = [];

    /// <summary>
    /// Restarts of the service, the last one first: those that this process began, and what its predecessor passed on once this
    /// process had proved itself.
    /// </summary>
    public IReadOnlyList<RestartRecord> LastRestarts { get; init; } = [];

    /// <summary>The name of the service, see <see cref="RestarterOptions.Name"/>.</summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// The version of the application: the informational version of its entry assembly, without the commit behind a <c>+</c>;
    /// empty if it has none.
    /// </summary>
    public string Version { get; init; } = "";

    /// <summary>
    /// The program that this process was started as, by the name under which it was started; links are not followed.
    /// </summary>
    public string Program { get; init; } = "";

    /// <summary>
    /// The process that has the lock of the service's name in <see cref="RestartControlOptions.Directory"/>: this one, unless an
    /// unrelated process runs under the same name. Null if there is no control socket, or nobody has the lock.
    /// </summary>
    public int? NameHeldBy { get; init; }

    /// <summary>
    /// The process of <c>baton run</c> below which the service runs; null if there is none, or it has ended.
    /// </summary>
    public int? RunPid { get; init; }

    /// <summary>
    /// The application's state that this process has passed to another one or got from it, the last time that any went over.
    /// </summary>
    public IReadOnlyList<StateStatus> PassedState { get; init; } = [];

    /// <summary>
    /// The exclusive services that do not run in this process although it serves, because another process keeps them from it.
    /// </summary>
    public IReadOnlyList<WaitingService> WaitingServices { get; init; } = [];

    /// <summary>When this process was started; null if that is not known.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The restart that is under way; null if there is none.</summary>
    public RestartProgress? Restart { get; init; }

    /// <summary>
    /// How long the probation goes on that this process takes part in, as the one on probation or as the one that can take over
    /// again; null if there is none. Zero if it waits for the successor's next sign of life.
    /// </summary>
    public TimeSpan? ProbationEnds { get; init; }

    /// <summary>
    /// Whether that probation ends with a roll back unless it is confirmed, see <see cref="RestarterOptions.ConfirmWithin"/>.
    /// </summary>
    public bool AwaitsConfirmation { get; init; }
}

using RestartLoad.Measuring;
using RestartLoad.Releases;
using RestartLoad.Restarts;

namespace RestartLoad.Load;

/// <summary>What a run has gathered so far, shared by all that take part in it. Every member is thread-safe.</summary>
internal sealed class RunState
{
    private readonly Lock _gate = new();
    private readonly List<string> _problems = [];
    private readonly List<RestartReport> _restarts = [];
    private readonly List<ReleaseReport> _releases = [];
    private readonly List<GenerationSnapshot> _snapshots = [];
    private readonly List<ModeResults> _modes = [];

    public RunState() => Answers = new AnswerWatch(AddProblem);

    public RunClock Clock { get; } = new();

    public RestartWindows Windows { get; } = new();

    public FailureLog Failures { get; } = new();

    public AnswerWatch Answers { get; }

    /// <summary>What makes the run fail besides failed requests.</summary>
    public IReadOnlyList<string> Problems => Copy(_problems);

    public IReadOnlyList<RestartReport> Restarts => Copy(_restarts);

    public IReadOnlyList<ReleaseReport> Releases => Copy(_releases);

    public IReadOnlyList<GenerationSnapshot> Snapshots => Copy(_snapshots);

    public IReadOnlyList<ModeResults> Modes => Copy(_modes);

    public void AddProblem(string problem) => Add(_problems, problem);

    public void AddRestart(RestartReport restart) => Add(_restarts, restart);

    public void AddRelease(ReleaseReport release) => Add(_releases, release);

    public void AddSnapshot(GenerationSnapshot snapshot) => Add(_snapshots, snapshot);

    public ModeResults AddMode(string name)
    {
        ModeResults results = new(name);
        Add(_modes, results);
        return results;
    }

    public (long Requests, long Failed) Totals()
    {
        (long Requests, long Failed) sum = default;
        foreach (ModeResults mode in Modes)
        {
            (long requests, long failed) = mode.Totals();
            sum = (sum.Requests + requests, sum.Failed + failed);
        }

        return sum;
    }

    private void Add<T>(List<T> list, T item)
    {
        lock (_gate)
        {
            list.Add(item);
        }
    }

    private T[] Copy<T>(List<T> list)
    {
        lock (_gate)
        {
            return [.. list];
        }
    }
}

using System.Diagnostics;
using Baton.Handover;
using Baton.Lifecycle;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Tests.Support;

/// <summary>The world as the lifecycle sees it, written down instead of changed.</summary>
internal sealed class FakeEffects(Journal journal) : IEndpoints, IOpenWork, IPrograms, IOlderGenerations, IOwnProcess, IPredecessor
{
    internal const int FirstSuccessorPid = 4711;

    internal const int PredecessorPid = 4710;

    internal FakeState State { get; } = new(journal);

    private readonly List<FakeSuccessor> _successors = [];
    private TaskCompletionSource _drained = new();
    private readonly Queue<Action> _waiting = new();
    private Action<string?>? _checked;
    private (IReadOnlyList<Func<CancellationToken, Task>> Hooks, CancellationToken GivenUp, Action<Exception> Failed, Action Finished) _hooks;

    /// <summary>What starting a successor fails with.</summary>
    internal Exception? StartFailure { get; set; }

    /// <summary>The last sign of life that the predecessor was sent.</summary>
    internal HandoverMessage.Alive? LastSign { get; private set; }

    /// <summary>What telling the predecessor fails with.</summary>
    internal RestartException? AnnounceFailure { get; set; }

    /// <summary>Whether what is given to the thread pool is run.</summary>
    internal bool WorkMakesProgress { get; set; } = true;

    /// <summary>How the last successor was started.</summary>
    internal StartCommand? Started { get; private set; }

    /// <summary>Whether hooks run at once; else when the test says so.</summary>
    internal bool HooksRun { get; set; } = true;

    /// <summary>What is open when it is cut.</summary>
    internal OpenWork Open { get; set; }

    /// <summary>Whether what is open is known.</summary>
    internal bool CountsConnections { get; set; } = true;

    /// <summary>What choosing a program fails with.</summary>
    internal RestartException? ChoiceFailure { get; set; }

    /// <summary>Whether the predecessor hears what it is told.</summary>
    internal bool PredecessorLives { get; set; } = true;

    public bool CanHandOver { get; set; } = true;

    public bool HasUnclaimed => false;

    public int Pid => PredecessorPid;

    /// <summary>Whether this process takes over by itself.</summary>
    public bool HasNotStartedThis { get; set; }

    /// <summary>Successors that were rolled back and live.</summary>
    internal List<DepartingProcess> Returned { get; } = [];

    /// <summary>The successor that was started last.</summary>
    internal FakeSuccessor Successor => _successors[^1];

    public StartCommand Choose(string? program)
    {
        if (ChoiceFailure is not null)
        {
            throw ChoiceFailure;
        }

        return new StartCommand(program ?? "/srv/app", [program ?? "/srv/app"], "/srv", new Dictionary<string, string>());
    }

    public Action Check(StartCommand command, Action<string?> finished)
    {
        journal.Add($"check {command.Program}");
        _checked = finished;
        return () => journal.Add("give up the check");
    }

    public int StartPlainly(StartCommand command, int generation, ActivityContext trace)
    {
        journal.Add($"start generation {generation} plainly");
        return StartFailure is null ? FirstSuccessorPid : throw StartFailure;
    }

    public ISuccessor StartSuccessor(StartCommand command, int generation, Func<ActivityContext> trace, Action<PeerEvent> post)
    {
        journal.Add($"start generation {generation}");
        Started = command;
        if (StartFailure is not null)
        {
            throw StartFailure;
        }

        _successors.Add(new FakeSuccessor(FirstSuccessorPid + _successors.Count, journal, post));
        return Successor;
    }

    public ISuccessor Adopt(Taker taker, int generation, Func<ActivityContext> trace, Action<PeerEvent> post)
    {
        journal.Add($"adopt generation {generation}");
        if (StartFailure is not null)
        {
            throw StartFailure;
        }

        _successors.Add(new FakeSuccessor(taker.Pid, journal, post) { IsTaker = true });
        return Successor;
    }

    public IReadOnlyList<string> Claim() => [];

    public void SayReady(IReadOnlyList<string> claimed)
    {
        journal.Add("announce ready");
        if (AnnounceFailure is not null)
        {
            throw AnnounceFailure;
        }
    }

    public bool TryHandBack(string? missing)
    {
        journal.Add($"hand back {missing ?? "state"}");
        return PredecessorLives;
    }

    public bool TrySay(HandoverMessage message)
    {
        journal.Add($"tell predecessor {message}");
        LastSign = message as HandoverMessage.Alive ?? LastSign;
        return PredecessorLives;
    }

    public void PassOn(ISuccessor successor) => journal.Add($"confirm {successor.Pid}");

    public void ForceDownTo(int most, RestartTrigger trigger) => journal.Add($"force older down to {most}");

    public bool Sees(int pid) => LivingHeirs.Contains(pid);

    /// <summary>Processes that are not started by the lifecycle under test.</summary>
    internal HashSet<int> LivingHeirs { get; } = [];

    public void Add(DepartingProcess returned)
    {
        journal.Add($"count {returned.Pid}");
        Returned.Add(returned);
    }

    public void Gone(DepartingProcess returned)
    {
        journal.Add($"uncount {returned.Pid}");
        Returned.Remove(returned);
    }

    public void NameMain(int pid) => journal.Add($"name {(pid == Environment.ProcessId ? "self" : pid)}");

    public void OpenGate() => journal.Add("open gate");

    public void CloseGate() => journal.Add("close gate");

    public void Release(IReadOnlyCollection<string> claimedBySuccessor) => journal.Add($"release all but [{string.Join(", ", claimedBySuccessor)}]");

    public void EndSharing() => journal.Add("end sharing");

    public void Return() => journal.Add("return listeners");

    public void Resume()
    {
        journal.Add("resume");
        _drained = new TaskCompletionSource();
    }

    public void NobodyServes() => journal.Add("nobody serves");

    public OpenWorkReport Describe()
    {
        var report = new OpenWorkReport { CountsConnections = CountsConnections };
        for (int i = 0; i < Open.Connections; i++)
        {
            report.AddConnection("http/1.1");
        }

        if (Open.Requests > 0)
        {
            report.AddRequests(Open.Requests, "/", TimeSpan.Zero);
        }

        return report;
    }

    public void TrimMemory() => journal.Add("trim memory");

    public void QueueToThreadPool(Action action)
    {
        journal.Add("run among work");
        if (WorkMakesProgress)
        {
            action();
        }
        else
        {
            _waiting.Enqueue(action);
        }
    }

    public void AnnounceStopping() => journal.Add("announce stopping");

    public Task DrainAsync(CancellationToken calledBack)
    {
        journal.Add("drain");
        return _drained.Task;
    }

    public OpenWork Cut()
    {
        journal.Add("cut");
        return Open;
    }

    public void RunHooks(IReadOnlyList<Func<CancellationToken, Task>> hooks, Action<Exception> failed, Action finished, CancellationToken givenUp)
    {
        journal.Add($"run {hooks.Count} hooks");
        _hooks = (hooks, givenUp, failed, finished);
        if (HooksRun)
        {
            RunHooks();
        }
    }

    public void End(int exitCode, string reason) => journal.Add($"end process with {exitCode}: {reason}");

    /// <summary>A context in which all is fake but the loop.</summary>
    internal LifecycleContext Context(ControlLoop loop, RestarterOptions options, ILogger logger, bool hasPredecessor = false) => new(loop, options, logger)
    {
        Endpoints = this, Work = this, Programs = this, Older = this, Process = this, State = State, Predecessor = hasPredecessor ? this : null,
        Traffic = new TrafficHistory(loop, options.Judge, () => Traffic),
    };

    /// <summary>What the clients of this process got since it began.</summary>
    internal TrafficFigures Traffic { get; set; } = TrafficFigures.None;

    /// <summary>The thread pool goes on.</summary>
    internal void WorkGoesOn()
    {
        WorkMakesProgress = true;
        while (_waiting.TryDequeue(out Action? action))
        {
            action();
        }
    }

    /// <summary>The last open work has ended.</summary>
    internal void WorkEnds() => _drained.SetResult();

    /// <summary>The check of the program has come to its end.</summary>
    internal void CheckEnds(string? defect) => _checked!(defect);

    /// <summary>The last hooks that were to run do, to their end.</summary>
    internal void RunHooks()
    {
        foreach (Func<CancellationToken, Task> hook in _hooks.Hooks)
        {
            try
            {
                hook(_hooks.GivenUp).GetAwaiter().GetResult();
            }
            catch (Exception e)
            {
                _hooks.Failed(e);
            }
        }

        _hooks.Finished();
    }

    internal void DrainFails(Exception cause) => _drained.SetException(cause);
}

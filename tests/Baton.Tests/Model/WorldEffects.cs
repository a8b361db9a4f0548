using System.Diagnostics;
using Baton.Handover;
using Baton.Lifecycle;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Tests.Model;

/// <summary>What the lifecycle of one process does to the world.</summary>
internal sealed class WorldEffects(WorldProcess process) : IEndpoints, IOpenWork, IPrograms, IOlderGenerations, IOwnProcess, IPredecessor,
    ICommitStep
{
    private static readonly string[] Claimed = ["unix:/run/app.sock"];

    private readonly Queue<Action> _stuckWork = new();
    private TaskCompletionSource _drained = new();
    private bool _gateEnded;

    public bool CanHandOver => true;

    PhaseName ICommitStep.Name => PhaseName.Services;

    bool ICommitStep.HasWork => World.Limits == Limits.Steps;

    TimeSpan ICommitStep.Limit => TimeSpan.FromSeconds(5);

    string ICommitStep.Unfinished => "something had not stopped";

    public bool HasUnclaimed => false;

    public int Pid => process.Predecessor!.Owner.Pid;

    public bool HasNotStartedThis => false;

    internal WorldState State { get; } = new(process);

    /// <summary>Has listeners: a first generation from its start, a successor by inheritance.</summary>
    internal bool Holds { get; private set; } = true;

    internal bool GateOpen { get; private set; }

    /// <summary>Has accepted at some time.</summary>
    internal bool Served { get; private set; }

    /// <summary>Has asked for its own end, which comes in a moment.</summary>
    internal int? EndCode { get; private set; }

    internal bool Ending => EndCode is not null;

    internal bool PoolIsStuck { get; private set; }

    private World World => process.World;

    public StartCommand Choose(string? program) => new(program ?? "/srv/app", ["app"], "/srv", new Dictionary<string, string>());

    public Action Check(StartCommand command, Action<string?> finished)
    {
        finished(null);
        return () => { };
    }

    public ISuccessor StartSuccessor(StartCommand command, int generation, Func<ActivityContext> trace, Action<PeerEvent> post) => process.Start(generation, post);

    public ISuccessor Adopt(Taker taker, int generation, Func<ActivityContext> trace, Action<PeerEvent> post) => throw new WorldException("Nobody takes over by itself in this world.");

    public int StartPlainly(StartCommand command, int generation, ActivityContext trace) => throw new WorldException("There is no complete restart in this world.");

    public IReadOnlyList<string> Claim() => Claimed;

    public void SayReady(IReadOnlyList<string> claimed)
    {
        if (!process.Tell(new HandoverMessage.Ready(claimed)))
        {
            throw new RestartException(RestartFailure.PeerLost, "The peer has closed its end of the channel.");
        }
    }

    public bool TryHandBack(string? missing)
    {
        var back = new HandoverMessage.HandedBack([], missing is null ? State.Rows : [], missing);
        State.Forget();
        return TrySay(back);
    }

    public bool TrySay(HandoverMessage message) => process.Tell(message);

    public void PassOn(ISuccessor successor)
    {
        WorldProcess confirmed = ((WorldSuccessor)successor).Process;
        World.Confirmed(process, confirmed);
        confirmed.Predecessor!.Riding.AddRange(process.Older);
        process.Older.ForEach(c => c.Holder = null);
        process.Older.Clear();
        confirmed.Predecessor!.TellDown(new HandoverMessage.Confirmed([]));
    }

    public void ForceDownTo(int most, RestartTrigger trigger)
    {
        WorldChannel[] oldest = [.. process.Older.OrderBy(c => c.Owner.Generation).Take(Math.Max(0, process.Older.Count - most))];
        foreach (WorldChannel channel in oldest)
        {
            channel.TellUp(new HandoverMessage.Force(trigger), process);
        }
    }

    public bool Sees(int pid) => World.Living.Any(p => p.Pid == pid);

    public void Add(DepartingProcess returned)
    {
    }

    public void Gone(DepartingProcess returned)
    {
    }

    public void NameMain(int pid) => World.PidFile = process.Named(pid);

    public void EndSharing()
    {
    }

    public void OpenGate()
    {
        State.AssertMayServe();
        Served = true;
        if (!_gateEnded)
        {
            World.Require(!Ending, $"{process.Name}, which is ending, opens its gate");
            GateOpen = true;
            process.Terms.Begin();
            State.Write();
        }
        else
        {
            World.Require(condition: false, $"{process.Name} is to accept again, but has given up its listeners");
        }
    }

    public void CloseGate()
    {
        GateOpen = false;
        process.Service?.ToldToStop();
    }

    public void Release(IReadOnlyCollection<string> claimedBySuccessor)
    {
        CloseGate();
        _gateEnded = true;
        if (Holds && claimedBySuccessor.Count == 0 && (Served || !process.HasPredecessor))
        {
            World.RemovePath(process);
        }

        Holds = false;
    }

    public void Return() => Release(Claimed);

    // Where the pool is stuck it hangs, and is given up in time.
    void ICommitStep.Begin(Action<string?> ended)
    {
        World.Require(!GateOpen, $"{process.Name} stops what it runs while its gate is open");
        QueueToThreadPool(() => ended(null));
    }

    void ICommitStep.Undo() => World.Require(!GateOpen, $"{process.Name} opens its gate before it has taken back its steps");

    public void AnnounceStopping()
    {
    }

    public Task DrainAsync(CancellationToken calledBack) => _drained.Task;

    public void NobodyServes()
    {
    }

    public void Resume() => _drained = new TaskCompletionSource();

    public OpenWork Cut() => default;

    public OpenWorkReport Describe() => new();

    public void TrimMemory()
    {
    }

    public void QueueToThreadPool(Action action)
    {
        if (PoolIsStuck)
        {
            _stuckWork.Enqueue(action);
        }
        else
        {
            action();
        }
    }

    // Where the pool is stuck they hang, and are given up in time.
    public void RunHooks(IReadOnlyList<Func<CancellationToken, Task>> hooks, Action<Exception> failed, Action finished, CancellationToken givenUp) => QueueToThreadPool(finished);

    public void End(int exitCode, string reason)
    {
        World.Trace($"{process.Name} ends itself: {reason}");
        World.GaveUp(process);
        EndCode ??= exitCode;
        process.Tell(new HandoverMessage.Failed(reason));
    }

    internal LifecycleContext Context(ControlLoop loop, ILogger logger) => new(loop, World.Options, logger)
    {
        Endpoints = this, Work = this, Programs = this, Older = this, Process = this, State = State, Predecessor = process.HasPredecessor ? this : null,
    };

    internal void FinishWork() => _drained.TrySetResult();

    internal void Stick() => PoolIsStuck = true;

    internal void Unstick()
    {
        PoolIsStuck = false;
        while (_stuckWork.TryDequeue(out Action? action))
        {
            action();
        }
    }
}

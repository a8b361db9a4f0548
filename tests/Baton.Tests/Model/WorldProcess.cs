using Baton.Handover;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Model;

/// <summary>
/// One process of the world: the real lifecycle on its real loop; listeners, gate, work and application are a few flags. What happens to it is a step of the world.
/// </summary>
internal sealed class WorldProcess
{
    private readonly Dictionary<WorldProcess, Action<PeerEvent>> _successors = [];
    private readonly WorldChannel? _predecessor;
    private ExitStatus? _status;

    internal WorldProcess(World world, int generation, WorldProcess? predecessor)
    {
        (World, Generation) = (world, generation);
        Name = $"P{world.Processes.Count + 1}";
        Pid = int.MaxValue - world.Processes.Count;
        if (predecessor is not null)
        {
            _predecessor = new WorldChannel(predecessor, this);
            Older.Add(_predecessor);
            world.Channels.Add(_predecessor);
        }

        Effects = new WorldEffects(this);
        var logger = new RecordingLogger(line => world.Logged(this, line));
        Loop = new ControlLoop(world.Time, logger);
        LifecycleContext context = Effects.Context(Loop, logger);
        context.Feed.Subscribe(TellSystemd, reports: false);
        context.CommitSteps.Add(Effects);
        Terms = context.Terms;
        if (world.Limits is Limits.Services or Limits.LateServices)
        {
            Service = new WorldService(this);
            context.Exclusive.Add(Service);
            context.CommitSteps.Add(context.Exclusive);
        }

        context.CommitSteps.Add(new StateStep(context));
        Lifecycle = new ProcessLifecycle(() => generation, context);
        Loop.StepFailed = Lifecycle.PutRight;
    }

    internal World World { get; }

    internal string Name { get; }

    /// <summary>As its predecessor knows it; to itself it is the process of the test.</summary>
    internal int Pid { get; }

    internal int Generation { get; }

    internal bool HasPredecessor => _predecessor is not null;

    internal WorldChannel? Predecessor => _predecessor;

    internal WorldEffects Effects { get; }

    internal ControlLoop Loop { get; }

    internal TermNumbers Terms { get; }

    internal WorldService? Service { get; }

    internal ProcessLifecycle Lifecycle { get; }

    internal ProcessState State => Lifecycle.State;

    internal bool Alive => _status is null;

    internal TimeSpan DiedAt { get; private set; }

    /// <summary>As by SIGSTOP: neither its loop nor its links go on.</summary>
    internal bool Stopped { get; set; }

    /// <summary>Was told that its predecessor serves again, if it may not yet have acted on it.</summary>
    internal bool WasTakenBack { get; private set; }

    /// <summary>Its application ends by itself.</summary>
    internal bool AskedToLeave { get; set; }

    internal bool CanRun => Alive && !Stopped;

    /// <summary>Its predecessor died before the commit: it serves when it is ready, as nobody else can, unless it was refused.</summary>
    internal bool InheritsAlone => State == ProcessState.Starting && HasPredecessor && !_predecessor!.Owner.Alive && Effects is { Holds: true, Ending: false }
        && !_predecessor.Down.Any(m => m is HandoverMessage.Refused);

    /// <summary>The ends of channels to older processes that it holds.</summary>
    internal List<WorldChannel> Older { get; } = [];

    /// <summary>Runs its loop; false if it can't. Says nothing about whether something was to do.</summary>
    internal void Run()
    {
        if (CanRun)
        {
            Loop.RunDue();
            if (!Effects.PoolIsStuck)
            {
                Service?.GoOn();
            }
        }
    }

    /// <summary>The application ends when nothing is open any more, or it was told that it can't start.</summary>
    internal void LeaveIfDone()
    {
        if (CanRun && (Effects.Ending || Lifecycle.Exited.IsCompleted))
        {
            Die(Effects.EndCode ?? 0, signal: null);
        }
    }

    internal void Die(int? code, int? signal)
    {
        if (Alive)
        {
            _status = new ExitStatus(code, signal);
            DiedAt = World.Time.Now;
            World.Trace($"{Name} ends, {_status}");
        }
    }

    /// <summary>Starts a successor whose events go to the lifecycle.</summary>
    internal ISuccessor Start(int generation, Action<PeerEvent> post)
    {
        WorldProcess successor = World.Start(generation, this);
        _successors[successor] = post;
        return new WorldSuccessor(successor);
    }

    /// <summary>Itself or one of its successors.</summary>
    internal WorldProcess Named(int pid) => pid == Environment.ProcessId ? this : _successors.Keys.Single(s => s.Pid == pid);

    internal bool Tell(HandoverMessage message) => _predecessor?.TellUp(message, this) ?? false;

    internal void Adopt(List<WorldChannel> channels)
    {
        foreach (WorldChannel channel in channels)
        {
            channel.Holder = this;
            Older.Add(channel);
        }

        channels.Clear();
    }

    internal void Forget(WorldChannel channel) => Older.Remove(channel);

    /// <summary>A message of a successor arrives.</summary>
    internal void HearSuccessor(WorldProcess successor, HandoverMessage message)
    {
        World.Trace($"{Name} hears {message} from {successor.Name}");
        Loop.Post(() => Effects.State.Expect(message as HandoverMessage.HandedBack));
        _successors[successor](new PeerEvent.Said(message));
    }

    internal void HearEnd(WorldProcess successor)
    {
        World.Trace($"{Name} hears the end of {successor.Name}");
        _successors[successor](new PeerEvent.Ended(successor._status!.Value));
    }

    /// <summary>A message of the predecessor arrives; null is the end of the stream.</summary>
    internal void HearPredecessor(HandoverMessage? message)
    {
        World.Trace($"{Name} hears {message?.ToString() ?? "the end of its predecessor"}");
        if (message is HandoverMessage.Resources resources)
        {
            // By the thread of its link, whatever the lifecycle does.
            if (resources.State.Count == 0)
            {
                Tell(new HandoverMessage.Loaded());
            }
            else
            {
                Loop.Post(() => Lifecycle.Inherited.Load(resources.State));
            }

            return;
        }

        WasTakenBack |= message is HandoverMessage.TakenBack;
        PeerEvent happened = message is null ? new PeerEvent.Ended() : new PeerEvent.Said(message);
        Loop.Post(() => Lifecycle.Handle(happened));
    }

    // Where systemd is told a main process.
    private void TellSystemd(LifecycleEvent news) => World.MainProcess = news switch
    {
        LifecycleEvent.HandingOver successor => Named(successor.Pid),
        LifecycleEvent.Serves { TookOver: false } or LifecycleEvent.LeftAlone or LifecycleEvent.ServesAgain or LifecycleEvent.NobodyServes => this,
        _ => World.MainProcess,
    };

    public override string ToString() =>
        $"{Name}[{(Alive ? $"{State}{(Stopped ? ", stopped" : "")}{(Effects.Ending ? ", ending" : "")}{(Effects.GateOpen ? ", gate open" : "")}{(Effects.Holds ? ", holds" : "")}" : "gone")}]";
}

/// <summary>A successor as its predecessor's lifecycle sees it.</summary>
internal sealed class WorldSuccessor(WorldProcess process) : ISuccessor
{
    internal WorldProcess Process => process;

    public int Pid => process.Pid;

    public string? Dump => null;

    public bool IsTaker => false;

    public bool Lives => process.Alive;

    public bool HasUnheard => process.Predecessor!.Up.Count > 0;

    public int ListenersGiven => 1;

    public bool PassAtCommit()
    {
        WorldState state = process.Predecessor!.Owner.Effects.State;
        var resources = new HandoverMessage.Resources(["lock:/run/baton/shop.lock"]) { State = state.Rows };
        state.Forget();
        return process.Predecessor!.TellDown(resources)
            ? true
            : throw new RestartException(RestartFailure.PeerLost, "The peer has closed its end of the channel.");
    }

    public void Commit(HandoverMessage.Commit commit)
    {
        if (!process.Predecessor!.TellDown(commit))
        {
            throw new RestartException(RestartFailure.PeerLost, "The peer has closed its end of the channel.");
        }
    }

    public void Confirm(IReadOnlyList<(OlderProcess Process, Descriptor Channel)> older) => throw new WorldException("The effects confirm.");

    public void TryTell(HandoverMessage message) => process.Predecessor!.TellDown(message);

    public Descriptor? Detach(TimeSpan limit) => throw new WorldException("The effects confirm.");

    public void Kill() => process.Die(code: null, signal: 9);
}

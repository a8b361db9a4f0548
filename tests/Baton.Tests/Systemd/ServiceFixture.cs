using Baton.Interop;
using Baton.Lifecycle;
using Baton.Resources;
using Baton.Systemd;
using Baton.Tests.Support;

namespace Baton.Tests.Systemd;

/// <summary>A service of a systemd that writes down what it is told; its clock stands still, and its loop runs when the test says so.</summary>
internal sealed class ServiceFixture : IDisposable
{
    private static readonly RestartRequest Request = new(By("SIGHUP"));

    private readonly ManualTime _time = new();
    private readonly ControlLoop _loop;
    private readonly LifecycleFeed _feed;
    private readonly RegistryFixture _registry = new();
    private readonly Queue<Action> _work = new();
    private Action<int, Action>? _predecessorGone;

    internal ServiceFixture(TimeSpan? watchdog = null, bool hasPredecessor = false, bool belowRun = false)
    {
        _loop = new ControlLoop(_time, Logger);
        Options = new RestarterOptions { TimeProvider = _time };
        var context = new FakeEffects(new Journal()).Context(_loop, Options, Logger);
        _feed = context.Feed;
        Application = context.Application;
        _ = new SystemdService(TrySend, watchdog, Listeners.Resources, context, () => new OpenWork(12, 3), hasPredecessor ? FindStandIn : null, _work.Enqueue, belowRun);
    }

    internal RecordingLogger Logger { get; } = new();

    internal RestarterOptions Options { get; }

    internal ApplicationTime Application { get; }

    internal SocketRegistry Listeners => _registry.Registry;

    /// <summary>The datagrams, each as one line.</summary>
    internal List<string> Said { get; } = [];

    /// <summary>What sending gives: 0, or an errno.</summary>
    internal int Answer { get; set; }

    /// <summary>How many stand-ins were started, asked to speak, and ended before they could.</summary>
    internal int StandIns { get; private set; }

    internal int StandInsAsked { get; private set; }

    internal int StandInsEnded { get; private set; }

    /// <summary>As the thread of the last stand-in says.</summary>
    internal void PredecessorGone(int standIn)
    {
        _predecessorGone!(standIn, () => StandInsAsked++);
        _loop.RunDue();
    }

    internal void Hear(params LifecycleEvent[] news)
    {
        foreach (LifecycleEvent one in news)
        {
            _loop.Post(() => _feed.Publish(one));
            _loop.RunDue();
        }
    }

    /// <summary>News of a restart that SIGHUP has asked for.</summary>
    internal static LifecycleEvent Begun { get; } = new LifecycleEvent.RestartBegun(Request);

    internal static LifecycleEvent Refused(bool tried) => new LifecycleEvent.RestartRefused(Request, new RestartException(RestartFailure.ProgramRefused, "not now"), tried);

    internal static LifecycleEvent Started(RestartStrategy strategy) => new LifecycleEvent.SuccessorStarted(Request, 4735, 2, strategy);

    internal static LifecycleEvent Failed(string reason, bool servesOn = true) => new LifecycleEvent.RestartEnded(
        Request,
        new RestartRecord { AskedAt = default, Trigger = By("SIGHUP"), Program = "/srv/app", Generation = 2, Failure = RestartFailure.SpawnFailed, Explanation = reason },
        RolledBack: false,
        servesOn);

    internal static LifecycleEvent Phase(int? speaker, string name, string detail = "") =>
        new LifecycleEvent.RestartPhaseChanged(Request, Named(name).With(detail, TimeSpan.Zero), TimeSpan.Zero, speaker);

    internal static LifecycleEvent Proved(int generation) => new LifecycleEvent.StateChanged(Environment.ProcessId, generation, ProcessState.OnProbation, ProcessState.Serving);

    internal void Serve() => Hear(new LifecycleEvent.Serves(1, TookOver: false, TimeSpan.Zero));

    /// <summary>Time passes; the thread pool does what it is given.</summary>
    internal void Pass(TimeSpan time, bool poolMoves = true)
    {
        _time.Advance(time);
        _loop.RunDue();
        if (poolMoves)
        {
            Work();
        }
    }

    internal void Work()
    {
        while (_work.TryDequeue(out Action? action))
        {
            action();
        }

        _loop.RunDue();
    }

    internal void Run() => _loop.RunDue();

    internal int Count(string datagram) => Said.Count(s => s == datagram);

    public void Dispose() => _registry.Dispose();

    private Action FindStandIn(Action<int, Action> predecessorGone)
    {
        StandIns++;
        _predecessorGone = predecessorGone;
        return () => StandInsEnded++;
    }

    private int TrySend(string text, Descriptor? descriptor)
    {
        if (Answer == 0)
        {
            Said.Add(text.Replace('\n', ' ') + (descriptor is null ? "" : $" +{OpenFiles.Target(descriptor.Number).Split(':')[0]}"));
        }

        return Answer;
    }
}

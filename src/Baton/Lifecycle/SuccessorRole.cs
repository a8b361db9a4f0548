using System.Reflection;
using Baton.Handover;
using Baton.Resources;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The role of this process as a successor: from the predecessor's variable to the decision that it may serve. The conversation
/// has its own thread, so that the application builds its host meanwhile. Claims of listeners wait for it.
/// </summary>
internal sealed partial class SuccessorRole : IPredecessor
{
    // Between the closing of the descriptors of a process that ends and its end: milliseconds, a second on a machine that is
    // overloaded. Less than a predecessor that lives waits for the end of a successor that closed the channel: so the reason is
    // told that this process ends for.
    private static readonly TimeSpan EndingTime = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource<PredecessorLink> _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<SuccessorRole, PredecessorLink> _greet;
    private volatile HandoverMessage.Progress? _unsaid;
    private volatile string? _startFailure;
    private volatile bool _saidFailed;
    private readonly ResourceRegistry _listeners;
    private readonly OlderGenerations _older;
    private readonly ILogger _logger;
    private volatile WatchedProcess? _predecessor;
    private volatile int _pid;

    private SuccessorRole(
        Func<SuccessorRole, PredecessorLink> greet,
        int pid,
        ResourceRegistry listeners,
        OlderGenerations older,
        RestarterOptions options,
        ILogger logger)
    {
        (_greet, _pid, _listeners, _older, _logger) = (greet, pid, listeners, older, logger);
        Concessions = new StartConcessions(options.GentleStart, logger);
        listeners.Unclaimed.AwaitArrival(_greeted.Task, new LivingPredecessor(() => _pid, options.HandshakeTimeout));
        listeners.Handles.NotTaken = keys => TrySay(new HandoverMessage.Dropped(keys));
    }

    /// <summary>The predecessor's pid.</summary>
    public int Pid => _pid;

    public bool HasNotStartedThis { get; private init; }

    /// <summary>This process's generation, once the predecessor has told it.</summary>
    /// <exception cref="RestartException">The predecessor is gone, does not answer, refuses or breaks the protocol.</exception>
    internal int Generation => Link.OwnGeneration;

    /// <summary>What it leaves to the predecessor until it serves.</summary>
    internal StartConcessions Concessions { get; }

    /// <summary>
    /// Called on the link's thread when the channel of a predecessor that did not hand over has ended, before anything else.
    /// </summary>
    internal Action? Deserted { get; set; }

    /// <summary>The same, as far as it is known.</summary>
    internal int? KnownGeneration => _greeted.Task.IsCompletedSuccessfully ? Link.OwnGeneration : null;

    private PredecessorLink Link => _greeted.Task.GetAwaiter().GetResult();

    private static string Program
    {
        get
        {
            AssemblyName? name = Assembly.GetEntryAssembly()?.GetName();
            return $"{name?.Name} {name?.Version?.ToString(3)}";
        }
    }

    /// <summary>Receives the listeners, passes on the predecessor's messages, and reports a failure of this process.</summary>
    internal void Begin(ProcessLifecycle lifecycle, ControlLoop loop, AcceptGate gate, TimeSpan limit, TimeSpan gentle)
    {
        AppDomain.CurrentDomain.UnhandledException += (_, e) =>
        {
            if (_greeted.Task.IsFaulted)
            {
                // The application learned of it by this exception: the process ends already, with a better exit code and reason.
                new ManualResetEventSlim().Wait(limit);
                return;
            }

            if (lifecycle.Shutdown.EndsByItself || lifecycle.State is ProcessState.Starting or ProcessState.OnProbation)
            {
                // Connections accepted from now on would die with this process. The predecessor accepts them instead.
                gate.Close();
                bool isCancelled = e.ExceptionObject is OperationCanceledException && _startFailure is not null;
                SayFailed(isCancelled ? _startFailure! : Describe(e.ExceptionObject as Exception));
            }
        };
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            // The application has caught the exception of its start, and ends: only this reports it.
            if (_startFailure is { } reason && !_saidFailed && lifecycle.State == ProcessState.Starting)
            {
                SayFailed(reason);
            }
        };
        loop.Post(() => loop.Schedule(gentle, Concessions.EndGentleStart));
        new Thread(() => Run(lifecycle, loop)) { IsBackground = true, Name = "baton-predecessor" }.Start();
    }

    public void SayReady(IReadOnlyList<string> claimed) => Link.Channel.Send(new HandoverMessage.Ready(claimed)
    {
        Takes = _listeners.Moving.IsServed ? ResourcePolicy.TakenAfterCommit : [],
    });

    /// <summary>
    /// Sends a message to the predecessor. Before the greeting only the last progress is kept, and sent afterwards.
    /// </summary>
    /// <returns>False if the predecessor is gone, or not greeted yet.</returns>
    public bool TrySay(HandoverMessage message)
    {
        _unsaid = message as HandoverMessage.Progress ?? _unsaid;
        return _greeted.Task.IsCompletedSuccessfully && Link.Channel.TrySend(message);
    }

    public bool TryHandBack(string? missing) => ResourceSender.HandBack(Link.Channel, _listeners.AtCommit.State, missing);

    internal void SayFailed(string reason)
    {
        _saidFailed = true;
        // Waits for the greeting, which has a limit: the predecessor could not be told without it.
        if (Task.WhenAny(_greeted.Task).GetAwaiter().GetResult().IsCompletedSuccessfully)
        {
            Link.Channel.TrySend(new HandoverMessage.Failed(reason));
        }
    }

    private void Run(ProcessLifecycle lifecycle, ControlLoop loop)
    {
        try
        {
            PredecessorLink link = _greet(this);
            _logger.HandoverBegun(link.OwnGeneration, Environment.ProcessId, link.Process.Pid, _listeners.Unclaimed.Count);
            _older.Add(link);
            if (_unsaid is { } progress)
            {
                // First: after the greeting other threads send too, and this would come too late.
                link.Channel.TrySend(progress);
            }

            _greeted.SetResult(link);
            loop.Post(() => lifecycle.Start.Greeted(link.Trace));
            HandoverCodec.WarmUp();
            _listeners.AtCommit.State.WarmUp();
            try
            {
                link.Listen(received => Handle(link, received, lifecycle, loop));
            }
            finally
            {
                _older.Gone(link);
            }
        }
        catch (Exception e)
        {
            // Catches everything, such as no descriptor to load code with: the application waits for this, and must not wait
            // forever.
            RestartException cause = e as RestartException
                ?? new(RestartFailure.ProtocolError, $"The handover broke: {e.Message}", e);
            _greeted.TrySetException(cause);
            Lose(new PeerEvent.Broken(cause), lifecycle, loop);
        }
        finally
        {
            _predecessor?.Dispose();
        }
    }

    /// <summary>The reason of an exception, for the predecessor.</summary>
    internal string Describe(Exception? exception) => FailureReason.Describe(exception, Pid);

    /// <summary>A start has failed. The application may try another one. If it ends instead, this is the reason.</summary>
    internal void StartFailed(string reason) => _startFailure = reason;

    // On the link's thread.
    private void Handle(PredecessorLink link, Received? received, ProcessLifecycle lifecycle, ControlLoop loop)
    {
        switch (received?.Message)
        {
            case null:
                _older.Handle(link, message: null);
                Lose(new PeerEvent.Closed(), lifecycle, loop);
                break;
            case HandoverMessage.Report report:
                _older.Handle(link, report);
                received.WithoutDescriptors();
                break;
            case HandoverMessage.MoreListeners more when more.Keys.Count == received.Descriptors.Count:
                for (int i = 0; i < more.Keys.Count; i++)
                {
                    _listeners.InheritLater(ResourceKey.Parse(more.Keys[i]), received.Descriptors[i]);
                }

                break;
            case HandoverMessage.ConnectionChannel when received.Descriptors.Count == 1:
                _listeners.Moving.Predecessor = ConnectionChannel.Open(
                    received.Descriptors[0], Pid, static _ => true, link.Channel.FrameLimit, _listeners.Moving);
                break;
            case HandoverMessage.Dropped dropped:
                received.WithoutDescriptors();
                _listeners.Handles.CloseWithPredecessor(PassedHandles.NamesOf(dropped.Keys));
                break;
            case HandoverMessage.Resources passed:
                Load(link, passed, received, lifecycle, loop);
                break;
            default:
                if (received.Message is HandoverMessage.Confirmed confirmed)
                {
                    _older.Adopt(confirmed, received, link.OwnGeneration);
                }
                else
                {
                    received.WithoutDescriptors();
                }

                if (received.Message is HandoverMessage.TakenBack)
                {
                    _listeners.Moving.GoTo(_listeners.Moving.Predecessor);
                }

                loop.Post(() => lifecycle.Handle(new PeerEvent.Said(received.Message)));
                break;
        }
    }

    // On the link's thread: the predecessor has closed its gate, and waits for the answer.
    private void Load(
        PredecessorLink link, HandoverMessage.Resources passed, Received received, ProcessLifecycle lifecycle, ControlLoop loop)
    {
        try
        {
            _listeners.AtCommit.Load(passed.Keys, received.Descriptors);
            if (passed.State.Count == 0)
            {
                link.Channel.TrySend(new HandoverMessage.Loaded());
            }
            else
            {
                loop.Post(() => lifecycle.Inherited.Load(passed.State));
            }
        }
        catch (RestartException e)
        {
            loop.Post(() => lifecycle.Start.GiveUp($"it could not load what it was passed: {e.Message}"));
        }
    }

    // On the link's thread. The end of the channel alone proves nothing: a living predecessor may still serve, and this process
    // must not serve beside it.
    private void Lose(PeerEvent happened, ProcessLifecycle lifecycle, ControlLoop loop)
    {
        if (_greeted.Task.IsCompletedSuccessfully && lifecycle.State == ProcessState.Starting)
        {
            Deserted?.Invoke();
            happened = _predecessor!.EndsWithin(EndingTime) ? new PeerEvent.Ended() : happened;
        }

        // On probation the predecessor takes over again and kills this process, which must start no successor until then.
        while (lifecycle.State == ProcessState.OnProbation && !_predecessor!.EndsWithin(EndingTime))
        {
        }

        loop.Post(() => lifecycle.Handle(happened));
    }
}

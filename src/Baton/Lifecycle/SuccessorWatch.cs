using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>
/// Watches a successor for its restart: whether it is ready in time, and on probation whether it makes progress or has crashed.
/// Only a process that was awake decides by silence. Lives on the control loop.
/// </summary>
/// <param name="successor">The successor.</param>
/// <param name="trial">Its probation.</param>
/// <param name="context">What it works with.</param>
/// <param name="happened">Receives the findings.</param>
internal sealed class SuccessorWatch(
    ISuccessor successor, Trial trial, LifecycleContext context, Action<RestartEvent, RestartFault?> happened)
{
    private const int MostPostponements = 4;

    private readonly List<LoopTimer> _timers = [];
    private volatile HandoverMessage.Alive? _lastSign;
    private long _lastSignAt;
    private int _looksWithoutSign;
    private long _begun;
    private bool _over;

    /// <summary>The time until the next sign of life ends the probation; from any thread.</summary>
    internal TimeSpan TimeLeft => LifecycleContext.Left(trial.Length, context.Since(Volatile.Read(ref _begun)));

    /// <summary>The successor's open work at its last sign of life, as text.</summary>
    internal string KnownLoss => _lastSign is null
        ? "; what it had open is not known"
        : $"; {context.Since(_lastSignAt).TotalMilliseconds:0} ms before, it had {_lastSign.Connections} connections "
            + $"and {_lastSign.Requests} requests open";

    /// <summary>What the successor on probation last said of itself; from any thread.</summary>
    internal GenerationStatus? Reported => _lastSign?.Status;

    internal bool SuccessorLives => successor.Lives;

    /// <summary>The judge of its traffic; null if it is not judged, or has not served.</summary>
    internal ProbationJudging? Judging { get; private set; }

    /// <summary>The reason why it was told to give back; null if it was not.</summary>
    internal RestartFault? AskedBack { get; private set; }

    /// <summary>The pid of a successor that the successor has started; null for none.</summary>
    internal HandoverMessage.HandedOn? HandedOn { get; private set; }

    /// <summary>Whether its end is known here.</summary>
    internal bool HasEnded { get; private set; }

    /// <summary>
    /// Whether a process that the successor started serves, or is about to. An earlier restart of it may have failed. What comes
    /// after a process that took over by itself is not known here, and not this process's matter.
    /// </summary>
    internal bool HasHeir =>
        IsTaker || (HandedOn is { Successor: { } heir } ? context.Process.Sees(heir) : HandedOn is not null);

    /// <inheritdoc cref="ISuccessor.IsTaker"/>
    internal bool IsTaker => successor.IsTaker;

    /// <summary>Watches the end of a successor that is given up, also one that cannot be reaped.</summary>
    internal SuccessorKill Kill { get; } = new(
        successor,
        context,
        killed: () => context.Loop.Schedule(context.Options.ExitTimeout, () => happened(RestartEvent.NotReaped, null)));

    private RestarterOptions Options => context.Options;

    private TimeSpan HeartbeatInterval => Heartbeat.IntervalOf(Options, trial.Length);

    internal void AwaitReady() => AwaitReady(Options.ReadyTimeout, MostPostponements);

    /// <param name="describe">Receives the judgement on the successor's traffic, for people.</param>
    internal void BeginProbation(Action<string> describe)
    {
        EndWait();
        Volatile.Write(ref _begun, context.Now);
        if (trial.Length == TimeSpan.Zero)
        {
            return;
        }

        Judging = context.Traffic is null || !Options.Judge.Enabled ? null : new ProbationJudging(
            successor.Pid, context.Traffic, context, describe, reject: fault => happened(RestartEvent.JudgedBad, fault));

        _timers.Add(context.Loop.Schedule(trial.Length, ProbationOver));
        LookForCrash();
        if (HeartbeatInterval > TimeSpan.Zero)
        {
            LookForSign(Options.HeartbeatTimeout / Heartbeat.Looks);
        }
    }

    /// <summary>The gate is closed: this wait has the limits of the handshake and of the state.</summary>
    internal void AwaitLoaded(int postponements = MostPostponements)
    {
        long begun = context.Now;
        bool loadsState = context.State is { SuccessorLoads: true, Names.Count: > 0 };
        TimeSpan limit = LifecycleContext.Then(Options.HandshakeTimeout, loadsState ? Options.StateTimeout : TimeSpan.Zero);
        _timers.Add(context.Loop.Schedule(limit, () =>
        {
            if (postponements > 0 && (successor.HasUnheard || context.WasPaused(begun, limit)))
            {
                AwaitLoaded(postponements - 1);
                return;
            }

            string what = $"did not take over what it was passed within {limit.TotalSeconds:0.###} s and was killed";
            happened(
                RestartEvent.LoadTimeout, new RestartFault(RestartFailure.ReadyTimedOut, what) { KillAfter = TimeSpan.Zero });
        }));
    }

    /// <summary>
    /// Tells it to give back: it closes its gate first, so that never two accept. If it does not answer, it is killed first.
    /// </summary>
    internal void AskBack(RestartFault fault)
    {
        AskedBack = fault;
        context.Try(() => successor.TryTell(new HandoverMessage.GiveBack(fault.What)));
        TimeSpan limit = Options.HandshakeTimeout;
        string late = $"{fault.What}, did not give back within {limit.TotalSeconds:0.###} s and was killed";
        _timers.Add(context.Loop.Schedule(
            limit, () => happened(RestartEvent.GivesBackLate, fault with { What = late, KillAfter = TimeSpan.Zero })));
    }

    /// <summary>
    /// Ends it before it got its commit. One that takes over by itself learns the reason first: only its own log shows it.
    /// </summary>
    /// <param name="fault">Why.</param>
    /// <param name="explanation">The same in full.</param>
    /// <param name="atOnce">Whether this process is about to accept again, so that no time is left.</param>
    internal void GiveUp(RestartFault fault, string explanation, bool atOnce)
    {
        bool hasTime = IsTaker && !atOnce && fault.KillAfter < Options.ExitTimeout;
        if (IsTaker)
        {
            context.Try(() => successor.TryTell(new HandoverMessage.Refused(explanation)));
        }

        Kill.After(hasTime ? Options.ExitTimeout : fault.KillAfter);
    }

    /// <summary>Remembers what an event at its end says of it.</summary>
    internal void Note(PeerEvent happened, bool served)
    {
        switch (happened)
        {
            case PeerEvent.Said { Message: HandoverMessage.Alive alive } when served:
                (_lastSign, _lastSignAt, _looksWithoutSign) = (alive, context.Now, 0);
                if (alive.Traffic is { } traffic)
                {
                    Judging?.Add(traffic);
                }

                break;
            case PeerEvent.Said { Message: HandoverMessage.HandedOn handedOn } when served:
                HandedOn = handedOn;
                break;
            case PeerEvent.Ended:
                HasEnded = true;
                Kill.Cancel();
                break;
        }
    }

    /// <summary>
    /// The failure that an event means. For a successor that gives back as it was told, the reason is this process's.
    /// </summary>
    internal RestartFault FaultOf(PeerEvent happened, bool served)
    {
        var fault = RestartFault.Of(happened, served, Options.ExitTimeout);
        return fault.Failure == RestartFailure.RolledBack && AskedBack is { } asked
            ? fault with { Failure = asked.Failure }
            : fault;
    }

    /// <summary>Ends a wait, with its timers.</summary>
    internal void EndWait()
    {
        _timers.ForEach(t => t.Cancel());
        _timers.Clear();
    }

    /// <summary>Stops: further findings do not matter.</summary>
    internal void End()
    {
        _over = true;
        Judging?.End();
        EndWait();
    }

    // During a pause of this process the successor's silence is unknown.
    private void AwaitReady(TimeSpan time, int postponements)
    {
        long begun = context.Now;
        _timers.Add(context.Loop.Schedule(time, () =>
        {
            if (postponements > 0 && (successor.HasUnheard || context.WasPaused(begun, time)))
            {
                AwaitReady(Options.ReadyTimeout / MostPostponements, postponements - 1);
                return;
            }

            string late = $"was not ready within {Options.ReadyTimeout.TotalSeconds:0.###} s and was killed";
            RestartFault fault = successor.Dump is { } dump
                ? new RestartFault(RestartFailure.SuccessorExited, $"crashed before it was ready, and {dump}")
                : new RestartFault(RestartFailure.ReadyTimedOut, late);
            happened(RestartEvent.ReadyTimeout, fault with { KillAfter = TimeSpan.Zero });
        }));
    }

    // The probation ends with a sign of life, not by the clock: after a pause a failure may be on its way, and a successor that
    // never sent a sign has proved nothing.
    private void ProbationOver()
    {
        if (trial.AwaitsConfirm)
        {
            happened(RestartEvent.ConfirmLate, Late());
            return;
        }

        bool proved = HeartbeatInterval == TimeSpan.Zero && successor.Lives;
        happened(proved ? RestartEvent.Proved : RestartEvent.ProbationOver, null);
    }

    private RestartFault Late() =>
        new(RestartFailure.RolledBack, $"was not confirmed within {Wording.Of(trial.Length)}");

    // A process whose dump is being written is stopped: it serves nobody, and does not hang.
    private void LookForCrash() => context.Loop.Schedule(SuccessorKill.Look, () =>
    {
        if (_over)
        {
            return;
        }

        if (successor.Dump is { } dump)
        {
            var fault = new RestartFault(RestartFailure.SuccessorDied, $"crashed, and {dump}") { KillAfter = TimeSpan.Zero };
            happened(RestartEvent.Crashed, fault);
        }
        else
        {
            LookForCrash();
        }
    });

    private void LookForSign(TimeSpan interval)
    {
        long begun = context.Now;
        context.Loop.Schedule(interval, () =>
        {
            if (_over)
            {
                return;
            }

            // On an overloaded machine most checks are late, and a hanging successor must be found there too. Checks are counted
            // anew only after a pause of this process.
            bool wasPaused = context.Since(begun) - interval > LifecycleContext.LongestDelay;
            _looksWithoutSign = wasPaused ? 1 : _looksWithoutSign + 1;

            if (_looksWithoutSign <= Heartbeat.Looks || (_looksWithoutSign <= 2 * Heartbeat.Looks && successor.HasUnheard))
            {
                LookForSign(interval);
                return;
            }

            string what = $"gave no sign of progress for {Options.HeartbeatTimeout.TotalSeconds:0.###} s and was killed";
            happened(RestartEvent.Hung, new RestartFault(RestartFailure.SuccessorHung, what) { KillAfter = TimeSpan.Zero });
        });
    }
}

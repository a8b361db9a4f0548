using System.Diagnostics;
using Baton.Handover;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// How this process begins to serve: as a first generation, as a successor that waits for its commit, or alone if the predecessor
/// died before that. Lives on the control loop.
/// </summary>
internal sealed class OwnStart(ProcessLifecycle lifecycle, LifecycleContext context) : IStartingProcess
{
    // Exit code of a first generation that was not ready in time.
    private const int NotReadyExitCode = 1;

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ProgressThrottle? _progress;
    private string _lastProgress = "nothing";
    private bool _announced;
    private bool _gaveUp;
    private volatile bool _isAlone;

    /// <summary>Completes when this process serves; fails if it never will.</summary>
    internal Task Ready => _ready.Task;

    /// <summary>Whether the predecessor died before it could hand over; from any thread.</summary>
    internal bool IsAlone => _isAlone;

    /// <summary>Whether a predecessor serves until this process does; from any thread.</summary>
    public bool AwaitsCommit => context.Predecessor is not null && !_isAlone;

    /// <summary>Whether this is the first process of the service; from any thread.</summary>
    internal bool IsFirst => context.Predecessor is null && lifecycle.Generation == 1;

    public bool IsStarting => lifecycle.State == ProcessState.Starting;

    public bool HasUnclaimedListeners => context.Endpoints.HasUnclaimed;

    private ILogger Logger => context.Logger;

    /// <summary>As a successor: the predecessor has answered.</summary>
    internal void Greeted(ActivityContext trace) => context.Feed.Publish(new LifecycleEvent.Greeted(trace));

    /// <summary>The application reports its progress while it starts.</summary>
    public void ReportProgress(PhaseName phase, string detail)
    {
        if (IsStarting)
        {
            _lastProgress = phase.With(detail, TimeSpan.Zero).Words;
            _progress ??= new ProgressThrottle(context, TellProgress);
            _progress.Say(phase, detail);
        }
    }

    /// <summary>The service can serve: a first generation does, a successor reports it to its predecessor.</summary>
    public void ServiceReady()
    {
        if (!IsStarting || _announced)
        {
            return;
        }

        _announced = true;
        if (!AwaitsCommit)
        {
            Serve(TimeSpan.Zero, TimeSpan.Zero);
            return;
        }

        _progress?.Flush();
        try
        {
            context.Predecessor!.SayReady(context.Endpoints.Claim());
            context.Feed.Publish(new LifecycleEvent.SaidReady());
        }
        catch (RestartException e)
        {
            // The predecessor is gone, and its end, which arrives separately, decides; or it is stopped and takes no message.
            Logger.ReadyNotTaken(Environment.ProcessId, e.Message);
        }
        catch (Exception e)
        {
            // The inherited resources cannot be used.
            GiveUp(e.Message);
            return;
        }

        // A stopped predecessor may go on, and then commits or kills this process. Or it is killed, and then only this process
        // can serve.
        TimeSpan limit = context.Options.HandshakeTimeout;
        context.Loop.Schedule(limit, () =>
        {
            if (IsStarting && AwaitsCommit && !_gaveUp)
            {
                Logger.PredecessorSilent(Environment.ProcessId, limit.TotalSeconds);
            }
        });
    }

    /// <summary>No other process accepts: serve.</summary>
    /// <param name="probation">The time of the probation; zero for none.</param>
    /// <param name="heartbeat">The interval of signs of life; zero for none.</param>
    /// <param name="awaitsConfirm">Whether the probation ends with a roll back unless it is confirmed.</param>
    internal void Serve(TimeSpan probation, TimeSpan heartbeat, bool awaitsConfirm = false)
    {
        if (_gaveUp || !IsStarting)
        {
            return;
        }

        context.Try(() => context.Endpoints.NameMain(Environment.ProcessId));
        lifecycle.Move(probation > TimeSpan.Zero ? LifecycleInput.ReadyOnProbation : LifecycleInput.Ready);
        context.Try(context.Endpoints.OpenGate);
        _ready.TrySetResult();
        lifecycle.Inherited.NoteMissing();
        bool tookOver = AwaitsCommit && context.Predecessor is not { HasNotStartedThis: true };
        context.Feed.Publish(new LifecycleEvent.Serves(lifecycle.Generation, tookOver, probation)
        {
            AwaitsConfirm = awaitsConfirm,
        });
        if (lifecycle.State == ProcessState.OnProbation)
        {
            lifecycle.Probation.Begin(probation, heartbeat, awaitsConfirm);
            return;
        }

        if (_isAlone)
        {
            context.Try(context.Endpoints.EndSharing);
        }

        lifecycle.Probation.NeverBegins();
        lifecycle.Restarts.TakeUpHeld();
    }

    /// <summary>
    /// The predecessor has died, and this process has its listeners. Before the commit no other process can serve, so this one
    /// does when it is ready. Not if it gave up, or was asked to shut down.
    /// </summary>
    internal void PredecessorDied(string how)
    {
        if (!IsStarting || _gaveUp)
        {
            PredecessorLeft(how);
            return;
        }

        if (_isAlone)
        {
            return;
        }

        _isAlone = true;
        int predecessor = context.Predecessor!.Pid;
        Logger.LeftAlone(Environment.ProcessId, predecessor);
        context.Try(() => context.Endpoints.NameMain(Environment.ProcessId));
        context.Feed.Publish(new LifecycleEvent.LeftAlone(predecessor));
        if (_announced)
        {
            lifecycle.Inherited.ServeAlone(() => Serve(TimeSpan.Zero, TimeSpan.Zero));
        }
        else
        {
            context.Loop.Schedule(context.Options.ReadyTimeout, GiveUpAlone);
        }
    }

    /// <summary>The predecessor can no longer take over again: it confirmed, or has ended.</summary>
    internal void PredecessorLeft(string how)
    {
        if (IsStarting)
        {
            GiveUp(how);
            return;
        }

        lifecycle.Probation.Keep(how);
        context.Try(context.Endpoints.EndSharing);

        // Without a probation a restart may have begun before the predecessor reported the older generations.
        lifecycle.Restarts.BoundGenerations();
    }

    /// <summary>In a successor before its commit: nothing to take over, and nothing to fall back to.</summary>
    internal void GiveUp(string reason)
    {
        // Once: a refusal is followed by the end of the stream, which would replace it in the log.
        if (IsStarting && !_gaveUp)
        {
            _gaveUp = true;
            context.Try(() => context.Process.End(exitCode: 1, $"it was to take over, but {reason}"));
        }
    }

    /// <summary>It was asked to shut down before it served.</summary>
    internal void NeverServes(RestartTrigger trigger) => _ready.TrySetException(new RestartException(
        RestartFailure.Stopping, $"Process {Environment.ProcessId} was asked to shut down by {trigger} before it served."));

    void IStartingProcess.GiveUp(string reason)
    {
        if (AwaitsCommit)
        {
            GiveUp(reason);
            return;
        }

        // Started servers are stopped as usual; no client was served yet.
        Environment.ExitCode = NotReadyExitCode;
        lifecycle.Shutdown.Request(RestartTrigger.OfFailedStart(reason));
    }

    private void TellProgress(PhaseName phase, string detail)
    {
        if (IsStarting)
        {
            context.Feed.Publish(new LifecycleEvent.StartPhaseChanged(phase, detail));
            context.TellPredecessor(new HandoverMessage.Progress(phase, detail));
        }
    }

    private void GiveUpAlone()
    {
        if (IsStarting && !_gaveUp)
        {
            _gaveUp = true;
            context.Try(() => context.Endpoints.Release([]));
            string died = $"its predecessor {context.Predecessor!.Pid} has died";
            string late = $"it was not ready within {context.Options.ReadyTimeout.TotalSeconds:0.###} s of that";
            context.Try(() => context.Process.End(exitCode: 1, $"{died}, and {late}; last: {_lastProgress}"));
        }
    }
}

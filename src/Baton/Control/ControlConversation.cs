using Baton.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Baton.Control;

/// <summary>
/// The answer to one request. Begins and ticks on its client's thread; handles events and the end of the process on the control
/// loop. Answers go to the queue, which never waits for the client.
/// </summary>
internal abstract class ControlConversation(ControlService service, RestartTrigger trigger, AnswerQueue answers) : IDisposable
{
    private readonly Lock _lock = new();
    private Action<LifecycleEvent>? _subscription;
    private bool _disposed;

    /// <summary>The interval of checks, where events are not enough.</summary>
    internal virtual TimeSpan Interval => TimeSpan.FromSeconds(1);

    protected ControlService Service => service;

    protected ProcessLifecycle Lifecycle => service.Lifecycle;

    protected RestarterOptions Options => service.Options;

    /// <summary>The caller, for the log.</summary>
    protected RestartTrigger Trigger => trigger;

    /// <summary>Whether this process accepts, or can again.</summary>
    protected bool Serves => Lifecycle.State is ProcessState.OnProbation or ProcessState.Serving or ProcessState.Restarting;

    protected static int Pid => Environment.ProcessId;

    internal static ControlConversation Of(
        ControlRequest request, ControlService service, RestartTrigger trigger, AnswerQueue answers) =>
        request.Command switch
    {
        ControlCommand.Status => new StatusConversation(service, trigger, answers),
        ControlCommand.Watch => new WatchConversation(service, trigger, answers),
        ControlCommand.Restart => new RestartConversation(service, trigger, answers, request),
        ControlCommand.Shutdown => new ShutdownConversation(service, trigger, answers, request),
        ControlCommand.Force => new ForceConversation(service, trigger, answers),
        ControlCommand.Check => new CheckConversation(service, trigger, answers, request),
        ControlCommand.RollBack => new DecisionConversation(service, trigger, answers, ProbationDecision.RollBack),
        ControlCommand.Confirm => new DecisionConversation(service, trigger, answers, ProbationDecision.Confirm),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request.Command, "Not a command."),
    };

    internal abstract void Begin();

    /// <summary>On the connection's thread, at the interval.</summary>
    internal virtual void Tick()
    {
    }

    /// <summary>This process has nothing left to do: sends the last lines. On the loop.</summary>
    internal virtual void Finish() => End(failure: null, $"process {Pid} has nothing left to do");

    public virtual void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            if (_subscription is not null)
            {
                service.Context.Feed.Unsubscribe(_subscription);
            }
        }
    }

    /// <summary>Runs an action on the loop, and handles events from then on.</summary>
    protected void OnLoop(Action action) => service.Context.Loop.Post(action);

    /// <summary>Handles all events from now on, unless the client has left before. On the loop.</summary>
    protected void Listen(Action<LifecycleEvent> heard)
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _subscription = heard;
                service.Context.Feed.Subscribe(heard, reports: true);
            }
        }
    }

    protected void Log(string command) => service.Context.Logger.ControlAsked(command, trigger);

    protected void Say(ControlAnswer answer) => answers.Add(answer);

    protected void Accept(string? until = null) => Say(new ControlAnswer.Accepted(Pid, Lifecycle.Generation, until));

    protected void End(AnswerFailure? failure, string explanation) => Say(new ControlAnswer.End(failure, explanation));

    /// <summary>The outcome, and the end.</summary>
    protected void Conclude(bool succeeded, AnswerFailure? failure, string explanation, RestartRecord? record = null)
    {
        Say(new ControlAnswer.Outcome(succeeded, failure, explanation, record, Serves));
        End(failure: null, explanation);
    }

    /// <summary>The events of a restart that has begun.</summary>
    protected void TellOfRestart(LifecycleEvent.OfRestart lifecycleEvent)
    {
        switch (lifecycleEvent)
        {
            case LifecycleEvent.SuccessorStarted s:
                Say(new ControlAnswer.Successor(s.Pid, s.Generation));
                break;
            case LifecycleEvent.RestartPhaseChanged p:
                Say(new ControlAnswer.Phase(new(p.Phase.Kind, p.Phase.Name), p.Phase.Detail, p.Elapsed)
                {
                    Limit = p.Phase.Kind == RestartPhaseKind.Probation ? service.Options.Probation : null,
                });
                break;
            case LifecycleEvent.RestartEnded ended:
                Say(OutcomeOf(ended.Record));
                break;
        }
    }

    /// <summary>The events of this process itself.</summary>
    protected void Tell(LifecycleEvent lifecycleEvent)
    {
        switch (lifecycleEvent)
        {
            case LifecycleEvent.StateChanged s:
                Say(new ControlAnswer.State(s.Pid, s.Generation, s.Previous, s.State));
                break;
            case LifecycleEvent.Draining d:
                Say(new ControlAnswer.Drain(d.Generation, d.Elapsed, d.Limit));
                break;
        }
    }

    private ControlAnswer.Outcome OutcomeOf(RestartRecord record)
    {
        string explanation = (record.Failure, Options.Strategy) switch
        {
            ({ }, _) => record.Explanation,
            (_, RestartStrategy.Handover) => $"process {record.SuccessorPid}, generation {record.Generation}, serves",
            _ => $"process {record.SuccessorPid}, generation {record.Generation}, was started",
        };
        return new ControlAnswer.Outcome(
            record.Failure is null,
            record.Failure is { } failure ? AnswerFailure.Of(failure) : null,
            explanation,
            record,
            Serves);
    }
}

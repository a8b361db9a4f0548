using Baton.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Baton.Control;

/// <summary>
/// What is said in answer to one request. Begins and ticks where its client is served, hears news and the end of the process on
/// the control loop; whatever it says goes to the queue, where nobody waits for the client.
/// </summary>
internal abstract class ControlConversation(ControlService service, RestartTrigger trigger, AnswerQueue answers) : IDisposable
{
    private readonly Lock _lock = new();
    private Action<LifecycleEvent>? _subscription;
    private bool _disposed;

    /// <summary>How often to look again, where news are not enough.</summary>
    internal virtual TimeSpan Interval => TimeSpan.FromSeconds(1);

    protected ControlService Service => service;

    protected ProcessLifecycle Lifecycle => service.Lifecycle;

    protected RestarterOptions Options => service.Options;

    /// <summary>Who asks, for the log.</summary>
    protected RestartTrigger Trigger => trigger;

    /// <summary>Whether this process accepts, or can again.</summary>
    protected bool Serves => Lifecycle.State is ProcessState.OnProbation or ProcessState.Serving or ProcessState.Restarting;

    protected static int Pid => Environment.ProcessId;

    internal static ControlConversation Of(ControlRequest request, ControlService service, RestartTrigger trigger, AnswerQueue answers) => request.Command switch
    {
        ControlCommand.Status => new StatusConversation(service, trigger, answers),
        ControlCommand.Watch => new WatchConversation(service, trigger, answers),
        ControlCommand.Restart => new RestartConversation(service, trigger, answers, request),
        ControlCommand.Shutdown => new ShutdownConversation(service, trigger, answers, request),
        ControlCommand.Force => new ForceConversation(service, trigger, answers),
        ControlCommand.Check => new CheckConversation(service, trigger, answers, request),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request.Command, "Not a command."),
    };

    internal abstract void Begin();

    /// <summary>On the connection's thread, at the interval.</summary>
    internal virtual void Tick()
    {
    }

    /// <summary>This process has nothing left to do: the last lines. On the loop.</summary>
    internal virtual void Finish() => End(failure: null, $"process {Pid} has nothing left to do");

    public void Dispose()
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

    /// <summary>Does something on the loop, with what happens from then on heard.</summary>
    protected void OnLoop(Action action) => service.Context.Loop.Post(action);

    /// <summary>
    /// From now on everything that happens is heard, unless the client has left before the loop came to this. On the loop.
    /// </summary>
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

    protected void End(string? failure, string explanation) => Say(new ControlAnswer.End(failure, explanation));

    /// <summary>The outcome, and the end.</summary>
    protected void Conclude(bool succeeded, string? failure, string explanation, RestartRecord? record = null)
    {
        Say(new ControlAnswer.Outcome(succeeded, failure, explanation, record, Serves));
        End(failure: null, explanation);
    }

    /// <summary>What becomes of a restart once it has begun.</summary>
    protected void TellOfRestart(LifecycleEvent.OfRestart news)
    {
        switch (news)
        {
            case LifecycleEvent.SuccessorStarted s:
                Say(new ControlAnswer.Successor(s.Pid, s.Generation));
                break;
            case LifecycleEvent.RestartPhaseChanged p:
                Say(new ControlAnswer.Phase(new(p.Phase.Kind, p.Phase.Name), p.Phase.Detail, p.Elapsed));
                break;
            case LifecycleEvent.RestartEnded ended:
                Say(OutcomeOf(ended.Record));
                break;
        }
    }

    /// <summary>What happens to this process as such.</summary>
    protected void Tell(LifecycleEvent news)
    {
        switch (news)
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
        return new ControlAnswer.Outcome(record.Failure is null, record.Failure?.ToString(), explanation, record, Serves);
    }
}

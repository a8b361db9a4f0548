using Baton.Lifecycle;

namespace Baton.Control;

/// <summary>
/// <c>force</c>: cuts the open work of older generations, and of this process if it departs itself. A process that serves is left
/// alone.
/// </summary>
internal sealed class ForceConversation(ControlService service, RestartTrigger trigger, AnswerQueue answers)
    : ControlConversation(service, trigger, answers)
{
    private volatile GenerationStatus[]? _forced;
    private volatile bool _own;
    private string _cut = "";
    private long _begun;

    internal override TimeSpan Interval => TimeSpan.FromMilliseconds(100);

    internal override void Begin()
    {
        Log("Force");
        OnLoop(Force);
    }

    internal override void Tick()
    {
        if (_forced is not { } forced || _own)
        {
            return;
        }

        int[] living = [.. Service.Status().Generations.Select(g => g.Pid)];
        GenerationStatus[] left = [.. forced.Where(g => living.Contains(g.Pid))];
        TimeSpan limit = LifecycleContext.Then(Options.ExitTimeout, Options.Control.Timeout);
        if (left.Length == 0)
        {
            Conclude(succeeded: true, failure: null, $"ended: {string.Join("; ", forced.Select(Describe))}");
        }
        else if (Service.Context.Since(_begun) > limit)
        {
            Conclude(
                succeeded: false,
                AnswerFailure.TimedOut,
                $"after {limit.TotalSeconds:0.###} s there is still {string.Join("; ", left.Select(Describe))}");
        }
    }

    internal override void Finish()
    {
        if (_own)
        {
            Conclude(succeeded: true, failure: null, $"process {Pid} has nothing left to do{_cut}");
        }
        else
        {
            base.Finish();
        }
    }

    private void Force()
    {
        ProcessState state = Lifecycle.State;
        GenerationStatus[] older = [.. Service.Status().Generations.Skip(1)];
        _own = state is ProcessState.Draining or ProcessState.ShuttingDown || Lifecycle.Probation.StepsBack;
        if (state == ProcessState.HandedOver)
        {
            End(
                AnswerFailure.Of(RestartFailure.AlreadyHandedOver),
                Refusals.Describe(RestartFailure.AlreadyHandedOver, Lifecycle.Restarts.SuccessorPid));
        }
        else if (!_own && older.Length == 0)
        {
            End(
                AnswerFailure.NotAllowed,
                $"no process of the service is on its way out; process {Pid} serves, and is ended at once by shutdown with " +
                    $"force");
        }
        else
        {
            Accept();
            Listen(Handle);
            (_begun, _forced) = (Service.Context.Now, older);
            if (!Lifecycle.Probation.StepsBack)
            {
                // A process that gives back has only its predecessor as an older one, which is about to serve.
                Service.Context.Try(() => Service.Context.Older.ForceDownTo(0, Trigger));
            }

            if (_own)
            {
                Lifecycle.Shutdown.ForceDrain(Trigger);
            }
        }
    }

    private void Handle(LifecycleEvent lifecycleEvent)
    {
        Tell(lifecycleEvent);
        if (lifecycleEvent is LifecycleEvent.WorkCut cut)
        {
            _cut = Cuts.Describe(cut);
        }
        else if (_own && lifecycleEvent is LifecycleEvent.StateChanged { State: ProcessState.Serving })
        {
            Conclude(
                succeeded: false,
                AnswerFailure.NotAllowed,
                $"the predecessor of process {Pid} did not take over again: process {Pid} serves, and nothing was cut");
        }
    }

    private static string Describe(GenerationStatus g) =>
        $"process {g.Pid}, generation {g.Generation}, " +
            $"which had {g.Connections.Values.Sum()} connections and {g.RequestCount} requests open";
}

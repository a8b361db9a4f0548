using System.Diagnostics;
using Baton.Handover;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// Effects that do not stop a step half way: one that fails is logged, and the step goes on, since the state has changed already.
/// Only what a step asks before it changes anything still throws: those have an answer for the failure.
/// </summary>
internal sealed class GuardedEffects(ILifecycleEffects effects, ILogger logger) : ILifecycleEffects
{
    public bool CanHandOver => effects.CanHandOver;

    public StartCommand Choose(string? program) => effects.Choose(program);

    public Action Check(StartCommand command, Action<string?> finished) => effects.Check(command, finished);

    public ISuccessor StartSuccessor(StartCommand command, int generation, Func<ActivityContext> trace, Action<PeerEvent> post) =>
        new GuardedSuccessor(effects.StartSuccessor(command, generation, trace, post), logger);

    public int StartPlainly(StartCommand command, int generation, ActivityContext trace) => effects.StartPlainly(command, generation, trace);

    public void AnnounceReady() => effects.AnnounceReady();

    public bool TellPredecessor(HandoverMessage message) => Try(nameof(TellPredecessor), () => effects.TellPredecessor(message), otherwise: false);

    public void Confirm(ISuccessor successor) => Try(nameof(Confirm), () => effects.Confirm((successor as GuardedSuccessor)?.Inner ?? successor));

    public void ForceOlderDownTo(int most, string trigger) => Try(nameof(ForceOlderDownTo), () => effects.ForceOlderDownTo(most, trigger));

    public bool Lives(int pid) => effects.Lives(pid);

    public void AddReturned(DepartingProcess returned) => Try(nameof(AddReturned), () => effects.AddReturned(returned));

    public void RemoveReturned(DepartingProcess returned) => Try(nameof(RemoveReturned), () => effects.RemoveReturned(returned));

    public void NameMain(int pid) => Try(nameof(NameMain), () => effects.NameMain(pid));

    public void OpenGate() => Try(nameof(OpenGate), effects.OpenGate);

    public void CloseGate() => Try(nameof(CloseGate), effects.CloseGate);

    public void ReleaseListeners(IReadOnlyCollection<string> claimedBySuccessor) => Try(nameof(ReleaseListeners), () => effects.ReleaseListeners(claimedBySuccessor));

    public void EndSharing() => Try(nameof(EndSharing), effects.EndSharing);

    public void ReturnListeners() => Try(nameof(ReturnListeners), effects.ReturnListeners);

    public void NobodyServes() => Try(nameof(NobodyServes), effects.NobodyServes);

    public void AnnounceStopping() => Try(nameof(AnnounceStopping), effects.AnnounceStopping);

    public Task DrainAsync(CancellationToken calledBack)
    {
        try
        {
            return effects.DrainAsync(calledBack);
        }
        catch (Exception e)
        {
            // As of a drain that fails later: what is open is waited for until the drain timeout.
            return Task.FromException(e);
        }
    }

    public void Resume() => Try(nameof(Resume), effects.Resume);

    public OpenWork Cut() => Try(nameof(Cut), effects.Cut, otherwise: default);

    public OpenWorkReport Describe() => Try(nameof(Describe), effects.Describe, otherwise: null) ?? new OpenWorkReport();

    public void RunAmongWork(Action action) => Try(nameof(RunAmongWork), () => effects.RunAmongWork(action));

    public void RunHooks(IReadOnlyList<Func<CancellationToken, Task>> hooks, Action<Exception> failed, Action finished, CancellationToken givenUp)
    {
        try
        {
            effects.RunHooks(hooks, failed, finished, givenUp);
        }
        catch (Exception e)
        {
            // They could not even be begun, for want of a thread: nobody waits for them.
            failed(e);
            finished();
        }
    }

    public void EndProcess(int exitCode, string reason) => Try(nameof(EndProcess), () => effects.EndProcess(exitCode, reason));

    private void Try(string what, Action effect) => Try(what, () =>
    {
        effect();
        return true;
    }, otherwise: false);

    private T Try<T>(string what, Func<T> effect, T otherwise)
    {
        try
        {
            return effect();
        }
        catch (Exception e)
        {
            logger.EffectFailed(e, what);
            return otherwise;
        }
    }
}

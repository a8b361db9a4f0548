using System.Diagnostics;
using Baton.Handover;
using Baton.Resources;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>The real effects: successors, listeners, gate and servers of this process.</summary>
internal sealed class LifecycleEffects(
    RestarterOptions options,
    ResourceRegistry listeners,
    AcceptGate gate,
    WorkRegister work,
    StartCommand command,
    Succession? succession,
    OlderGenerations older,
    BufferedLogger logger)
    : ILifecycleEffects
{
    private readonly PidFile _pidFile = new(options.PidFile, logger);
    private readonly AllowedPrograms _programs = new(command, options.AllowedProgramDirectories);

    /// <summary>Why nothing may be started in place of this process; null if that may be.</summary>
    internal string? WhyNoSuccessor { get; init; }

    /// <summary>The terminal that the service was started from; null for none.</summary>
    internal TerminalSession? Terminal { get; init; }

    /// <summary>
    /// Whether this process may stay there as a stand-in. Not in a service of systemd, which waits for its end.
    /// </summary>
    internal bool MayStandIn { get; init; }

    // The pid file is not passed on. A successor says that it goes on with it, as it does of listeners.
    private IEnumerable<ResourceKey> Named => _pidFile.Path is { } path ? [new(ResourceKind.PidFile, path)] : [];

    private ResourceKey[] AnsweredFor => [.. listeners.AnsweredFor, .. Named];

    public bool CanHandOver => SuccessorLink.IsSupported;

    public StartCommand Choose(string? program) =>
        WhyNoSuccessor is null ? _programs.Choose(program) : throw new RestartException(RestartFailure.NotSupported, WhyNoSuccessor);

    public Action Check(StartCommand chosen, Action<string?> finished) =>
        ProgramCheck.Start(chosen, [.. options.CheckArguments], options.CheckTimeout, result => finished(result.Passed ? null : result.ToString())).Kill;

    public ISuccessor StartSuccessor(StartCommand chosen, int generation, Func<ActivityContext> trace, Action<SuccessorEvent> post)
    {
        chosen = Terminal?.Tell(chosen, MayStandIn) ?? chosen;
        SuccessorLink link = SuccessorLink.Start(chosen, options.Signals.Numbers, listeners, generation, options.HandshakeTimeout, post, options.Tap, trace);
        logger.SuccessorStarted(link.Pid, $"{chosen.Program} in {chosen.WorkingDirectory}");
        return link;
    }

    public int StartPlainly(StartCommand chosen, int generation, ActivityContext trace)
    {
        int pid = PlainStart.Start(Terminal?.Tell(chosen, mayStandIn: false) ?? chosen, generation, trace);
        logger.SuccessorStarted(pid, $"{chosen.Program} in {chosen.WorkingDirectory}");
        return pid;
    }

    /// <summary>Takes what was inherited for Baton itself, before the rest of what nobody asked for is closed.</summary>
    internal Action? BeforeReady { get; set; }

    public void AnnounceReady()
    {
        BeforeReady?.Invoke();
        listeners.CloseUnclaimed();
        succession!.SayReady([.. AnsweredFor.Select(k => k.ToString())]);
    }

    public bool TellPredecessor(HandoverMessage message) => succession?.TrySay(message) ?? false;

    public void Confirm(ISuccessor successor) => older.PassOn(successor);

    public void ForceOlderDownTo(int most, string trigger) => older.ForceDownTo(most, trigger);

    public bool Lives(int pid) => CurrentProcess.Sees(pid);

    public void AddReturned(DepartingProcess returned) => older.Add(returned);

    public void RemoveReturned(DepartingProcess returned) => older.Gone(returned);

    public void NameMain(int pid) => _pidFile.Name(pid);

    public void OpenGate()
    {
        try
        {
            succession?.Serves();

            // One whose predecessor died has not announced anything.
            BeforeReady?.Invoke();
            listeners.SetPassedOn(false);
            listeners.CloseUnclaimed();
        }
        finally
        {
            gate.Open();
        }
    }

    public void CloseGate()
    {
        try
        {
            listeners.SetPassedOn(true);
        }
        finally
        {
            gate.Close();
        }
    }

    public void ReleaseListeners(IReadOnlyCollection<string> claimedBySuccessor)
    {
        Release([.. claimedBySuccessor.Select(ResourceKey.Parse)]);
    }

    public void EndSharing() => listeners.EndSharing();

    public void ReturnListeners()
    {
        // For whoever waits for this process: it was no good.
        Environment.ExitCode = Restarter.RolledBackExitCode;
        older.Clear();
        Release(AnsweredFor);
    }

    private void Release(IReadOnlyCollection<ResourceKey> claimedBySuccessor)
    {
        gate.End();
        listeners.Release(claimedBySuccessor);
        _pidFile.Leave(Named.All(claimedBySuccessor.Contains));
    }

    public void AnnounceStopping() => work.AnnounceStopping();

    public Task DrainAsync(CancellationToken calledBack) => work.DrainAsync(calledBack);

    public void NobodyServes() => work.NobodyServes();

    public void Resume() => work.Resume();

    public OpenWork Cut() => work.Cut();

    public OpenWorkReport Describe() => work.Describe();

    public void RunAmongWork(Action action) => ThreadPool.UnsafeQueueUserWorkItem(static a => a(), action, preferLocal: false);

    // A thread of their own: a starved pool must not keep hooks from their work, nor hooks the pool from its.
    public void RunHooks(IReadOnlyList<Func<CancellationToken, Task>> hooks, Action<Exception> failed, Action finished, CancellationToken givenUp)
    {
        try
        {
            OwnThread.Start("baton-hooks", () => RunAll(hooks, failed, finished, givenUp));
        }
        catch (RestartException e)
        {
            // No thread is left: the hooks can't be called, and hold nothing up.
            failed(e);
            RunAmongWork(finished);
        }
    }

    private static void RunAll(IReadOnlyList<Func<CancellationToken, Task>> hooks, Action<Exception> failed, Action finished, CancellationToken givenUp)
    {
        foreach (Func<CancellationToken, Task> hook in hooks)
        {
            if (givenUp.IsCancellationRequested)
            {
                return;
            }

            try
            {
                hook(givenUp).GetAwaiter().GetResult();
            }
            catch (Exception e)
            {
                failed(e);
            }
        }

        finished();
    }

    public void EndProcess(int exitCode, string reason)
    {
        logger.ProcessEnded(Environment.ProcessId, reason);
        try
        {
            succession?.SayFailed(reason);
        }
        finally
        {
            EndWithin(options.ExitTimeout, exitCode, reason);
        }
    }

    private void EndWithin(TimeSpan limit, int exitCode, string reason)
    {
        try
        {
            OwnThread.Start("baton-kill", () =>
            {
                new ManualResetEventSlim().Wait(limit);
                CurrentProcess.Kill();
            });

            // Exit runs the application's own exit handlers, which may hang, and so may its logger: this process ends all the
            // same.
            OwnThread.Start("baton-exit", () =>
            {
                logger.Abandon($"Process {Environment.ProcessId} ends at once: {reason}", options.LogTime);
                Environment.Exit(exitCode);
            });
        }
        catch (RestartException e)
        {
            // No thread is left to end it in good order.
            logger.ProcessEnded(Environment.ProcessId, e.Message);
            CurrentProcess.Kill();
        }
    }
}

using Baton.Handover;
using Baton.Listeners;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>The real effects: successors, listeners, gate and servers of this process.</summary>
internal sealed class LifecycleEffects(
    RestarterOptions options, ListenerRegistry listeners, AcceptGate gate, WorkRegister work, StartCommand? command, Succession? succession, BufferedLogger logger)
    : ILifecycleEffects
{
    public ISuccessor StartSuccessor(int generation, Action<SuccessorEvent> post)
    {
        IEnumerable<int> blocked = options.RestartSignals.Concat(options.ShutdownSignals).Select(SignalNumber.Of);
        SuccessorLink link = SuccessorLink.Start(command!, blocked, listeners, generation, options.HandshakeTimeout, post);
        logger.SuccessorStarted(link.Pid, $"{command!.Program} in {command.WorkingDirectory}");
        return link;
    }

    public void AnnounceReady()
    {
        listeners.CloseUnclaimed();
        succession!.SayReady([.. listeners.Snapshot().Select(l => l.Key.ToString())]);
    }

    public void OpenGate()
    {
        listeners.CloseUnclaimed();
        listeners.SetPassedOn(false);
        gate.Open();
    }

    public void CloseGate()
    {
        listeners.SetPassedOn(true);
        gate.Close();
    }

    public void ReleaseListeners(IReadOnlyCollection<string> claimedBySuccessor)
    {
        gate.End();
        listeners.Release(claimedBySuccessor);
    }

    public void AnnounceStopping() => work.AnnounceStopping();

    public Task DrainAsync() => work.DrainAsync();

    public OpenWork Cut() => work.Cut();

    public void EndProcess(int exitCode, string reason)
    {
        logger.ProcessEnded(Environment.ProcessId, reason);
        logger.Abandon();
        succession?.SayFailed(reason);

        // Exit runs the application's own exit handlers, which may hang: this process ends all the same.
        new Thread(() => Environment.Exit(exitCode)) { IsBackground = true, Name = "baton-exit" }.Start();
        new Thread(() =>
        {
            new ManualResetEventSlim().Wait(options.ExitTimeout);
            CurrentProcess.Kill();
        })
        { IsBackground = true, Name = "baton-kill" }.Start();
    }
}

using Baton.Handover;
using Baton.Interop;
using Baton.Processes;

namespace Baton.Tests.Support;

/// <summary>A successor without a process: a test says what it says.</summary>
internal sealed class FakeSuccessor(int pid, Journal journal, Action<PeerEvent> post) : ISuccessor
{
    public int Pid => pid;

    public bool IsTaker { get; init; }

    public bool Lives { get; set; } = true;

    public string? Dump { get; set; }

    public bool HasUnheard { get; set; }

    public int ListenersGiven => 1;

    /// <summary>Whether it was told to serve.</summary>
    internal bool Committed { get; private set; }

    /// <summary>The number of its term.</summary>
    internal long Term { get; private set; }

    /// <summary>What <see cref="Commit"/> fails with.</summary>
    internal RestartException? CommitFailure { get; set; }

    /// <summary>What it was told last of its predecessor.</summary>
    internal GenerationStatus? Report { get; private set; }

    /// <summary>Whether there is something to be loaded at the commit.</summary>
    internal bool Loads { get; set; }

    public bool PassAtCommit()
    {
        if (Loads)
        {
            journal.Add($"pass at commit {pid}");
        }

        return Loads;
    }

    public void Commit(HandoverMessage.Commit commit)
    {
        if (CommitFailure is not null)
        {
            throw CommitFailure;
        }

        journal.Add($"commit {pid}");
        (Committed, Term) = (true, commit.Term);
    }

    public void Confirm(IReadOnlyList<(OlderProcess Process, Descriptor Channel)> older) => journal.Add($"confirm {pid}");

    public void TryTell(HandoverMessage message)
    {
        // Every second, and about nothing that most tests are about.
        if (message is HandoverMessage.Report report)
        {
            Report = report.Status;
        }
        else
        {
            journal.Add($"tell {pid} {message}");
        }
    }

    public Descriptor? Detach(TimeSpan limit) => null;

    public void Kill() => journal.Add($"kill {pid}");

    internal void Says(HandoverMessage message) => post(new PeerEvent.Said(message));

    internal void SaysReady(params string[] claimed) => Says(new HandoverMessage.Ready(claimed));

    internal void SaysLoaded() => Says(new HandoverMessage.Loaded());

    internal void SaysProgress(string phase, string detail = "") => Says(new HandoverMessage.Progress(Named(phase), detail));

    internal void IsAlive(int connections = 0, int requests = 0) => Says(new HandoverMessage.Alive(connections, requests));

    internal void SaysUnhealthy(string reason, bool ends = false) => Says(new HandoverMessage.Unhealthy(reason, ends));

    internal void SaysStopping(string trigger) => Says(new HandoverMessage.Stopping(By(trigger)));

    internal void HandsOn(int? successor = null) => Says(new HandoverMessage.HandedOn(successor));

    internal void AsksForce(string trigger) => Says(new HandoverMessage.Force(By(trigger)));

    internal void SaysRemaining(GenerationStatus status) => Says(new HandoverMessage.Remaining(status));

    internal void SaysFailed(string reason) => Says(new HandoverMessage.Failed(reason));

    internal void Breaks(RestartException cause) => post(new PeerEvent.Broken(cause));

    internal void Exits(int code) => post(new PeerEvent.Ended(new ExitStatus(code, Signal: null)));

    internal void EndsBySignal(int signal) => post(new PeerEvent.Ended(new ExitStatus(Code: null, signal)));
}

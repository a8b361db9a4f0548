using Baton.Handover;
using Baton.Interop;
using Baton.Processes;

namespace Baton.Tests.Support;

/// <summary>A successor without a process: a test says what it says.</summary>
internal sealed class FakeSuccessor(int pid, Journal journal, Action<SuccessorEvent> post) : ISuccessor
{
    public int Pid => pid;

    public bool Lives { get; set; } = true;

    public string? Dump { get; set; }

    public bool HasUnheard { get; set; }

    /// <summary>Whether it was told to serve.</summary>
    internal bool Committed { get; private set; }

    /// <summary>What <see cref="Commit"/> fails with.</summary>
    internal RestartException? CommitFailure { get; set; }

    /// <summary>What it was told last of its predecessor.</summary>
    internal GenerationStatus? Report { get; private set; }

    public void Commit(TimeSpan probation, TimeSpan heartbeat)
    {
        if (CommitFailure is not null)
        {
            throw CommitFailure;
        }

        journal.Add($"commit {pid}");
        Committed = true;
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

    public void Kill() => journal.Add($"kill {pid}");

    internal void SaysReady(params string[] claimed) => post(new SuccessorEvent.Ready(claimed));

    internal void SaysProgress(string phase, string detail = "") => post(new SuccessorEvent.Progress(phase, detail));

    internal void IsAlive(int connections = 0, int requests = 0) => post(new SuccessorEvent.Alive(connections, requests));

    internal void SaysUnhealthy(string reason, bool ends = false) => post(new SuccessorEvent.Unhealthy(reason, ends));

    internal void SaysStopping(string trigger) => post(new SuccessorEvent.Stopping(trigger));

    internal void HandsOn(int? successor = null) => post(new SuccessorEvent.HandedOn(successor));

    internal void AsksForce(string trigger) => post(new SuccessorEvent.ForceAsked(trigger));

    internal void SaysRemaining(GenerationStatus status) => post(new SuccessorEvent.Remaining(status));

    internal void SaysFailed(string reason) => post(new SuccessorEvent.Failed(reason));

    internal void Breaks(RestartException cause) => post(new SuccessorEvent.Broken(cause));

    internal void Exits(int code) => post(new SuccessorEvent.Ended(new ExitStatus(code, Signal: null)));

    internal void EndsBySignal(int signal) => post(new SuccessorEvent.Ended(new ExitStatus(Code: null, signal)));
}

using Baton.Handover;
using Baton.Processes;

namespace Baton.Tests.Support;

/// <summary>A successor without a process: a test says what it says.</summary>
internal sealed class FakeSuccessor(int pid, Journal journal, Action<SuccessorEvent> post) : ISuccessor
{
    public int Pid => pid;

    /// <summary>What <see cref="Commit"/> fails with.</summary>
    internal RestartException? CommitFailure { get; set; }

    public void Commit()
    {
        if (CommitFailure is not null)
        {
            throw CommitFailure;
        }

        journal.Add($"commit {pid}");
    }

    public void Refuse(string reason) => journal.Add($"refuse {pid}: {reason}");

    public void Kill() => journal.Add($"kill {pid}");

    internal void SaysReady(params string[] claimed) => post(new SuccessorEvent.Ready(claimed));

    internal void SaysProgress(string phase) => post(new SuccessorEvent.Progress(phase));

    internal void SaysFailed(string reason) => post(new SuccessorEvent.Failed(reason));

    internal void Breaks(RestartException cause) => post(new SuccessorEvent.Broken(cause));

    internal void Exits(int code) => post(new SuccessorEvent.Ended(new ExitStatus(code, Signal: null)));

    internal void EndsBySignal(int signal) => post(new SuccessorEvent.Ended(new ExitStatus(Code: null, signal)));
}

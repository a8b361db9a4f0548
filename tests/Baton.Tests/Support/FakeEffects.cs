using Baton.Handover;
using Baton.Lifecycle;

namespace Baton.Tests.Support;

/// <summary>The world as the lifecycle sees it, written down instead of changed.</summary>
internal sealed class FakeEffects(Journal journal) : ILifecycleEffects
{
    internal const int FirstSuccessorPid = 4711;

    private readonly List<FakeSuccessor> _successors = [];
    private readonly TaskCompletionSource _drained = new();

    /// <summary>What starting a successor fails with.</summary>
    internal Exception? StartFailure { get; set; }

    /// <summary>What telling the predecessor fails with.</summary>
    internal RestartException? AnnounceFailure { get; set; }

    /// <summary>What is open when it is cut.</summary>
    internal OpenWork Open { get; set; }

    /// <summary>The successor that was started last.</summary>
    internal FakeSuccessor Successor => _successors[^1];

    public ISuccessor StartSuccessor(int generation, Action<SuccessorEvent> post)
    {
        journal.Add($"start generation {generation}");
        if (StartFailure is not null)
        {
            throw StartFailure;
        }

        _successors.Add(new FakeSuccessor(FirstSuccessorPid + _successors.Count, journal, post));
        return Successor;
    }

    public void AnnounceReady()
    {
        journal.Add("announce ready");
        if (AnnounceFailure is not null)
        {
            throw AnnounceFailure;
        }
    }

    public void OpenGate() => journal.Add("open gate");

    public void CloseGate() => journal.Add("close gate");

    public void ReleaseListeners(IReadOnlyCollection<string> claimedBySuccessor) => journal.Add($"release all but [{string.Join(", ", claimedBySuccessor)}]");

    public void AnnounceStopping() => journal.Add("announce stopping");

    public Task DrainAsync()
    {
        journal.Add("drain");
        return _drained.Task;
    }

    public OpenWork Cut()
    {
        journal.Add("cut");
        return Open;
    }

    public void EndProcess(int exitCode, string reason) => journal.Add($"end process with {exitCode}: {reason}");

    /// <summary>The last open work has ended.</summary>
    internal void WorkEnds() => _drained.SetResult();

    internal void DrainFails(Exception cause) => _drained.SetException(cause);
}

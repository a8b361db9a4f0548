using Baton.Interop;

namespace Baton.Cli.Discovery;

/// <summary>A service that answered.</summary>
/// <param name="Socket">The path of its control socket.</param>
/// <param name="Status">What it said.</param>
/// <param name="User">The user who listens on the socket, as the kernel reports it.</param>
internal sealed record FoundService(string Socket, RestartStatus Status, uint User)
{
    /// <summary>
    /// Whether one of its processes has this pid. A claim about a process of another user is not believed.
    /// </summary>
    internal bool HasProcess(int pid, uint? owner) =>
        (owner is null || User == 0 || owner == User)
        && (Status.Pid == pid
            || Status.SuccessorPid == pid
            || Status.PredecessorPid == pid
            || Status.Generations.Any(g => g.Pid == pid));
}

/// <summary>A socket that gave no status, though a service may be behind it.</summary>
/// <param name="Socket">Its path.</param>
/// <param name="Reason">What happened instead.</param>
internal sealed record UnansweredSocket(string Socket, string Reason)
{
    /// <summary>The user who listens, or else the owner of the socket.</summary>
    internal uint? User { get; init; }

    /// <summary>
    /// Whether a service is there and does not answer. False: it is not trusted, or its answer is no status.
    /// </summary>
    internal bool IsSilent { get; init; }

    /// <summary>The processes that hold a silent socket.</summary>
    internal IReadOnlyList<ProcessSnapshot> Processes { get; init; } = [];

    internal static UnansweredSocket Silent(string socket, string reason, Libc.Ucred? listener)
    {
        IReadOnlyList<ProcessSnapshot> processes = ProcessSnapshot.HoldersOf(socket, listener);
        string states = string.Concat(processes.Select(p => Wording.Say($"; process {p.Pid} {p.Description}")));
        return new UnansweredSocket(socket, $"{reason.TrimEnd('.')}{states}.")
        {
            User = listener?.uid ?? OwnerOf(socket),
            IsSilent = true,
            Processes = processes,
        };
    }

    internal static uint? OwnerOf(string socket) => Libc.Stat(socket)?.stx_uid;
}

/// <summary>The result of a search for services.</summary>
internal sealed record DiscoveryResult(
    IReadOnlyList<FoundService> Services, IReadOnlyList<UnansweredSocket> Unanswered, IReadOnlyList<string> Directories);

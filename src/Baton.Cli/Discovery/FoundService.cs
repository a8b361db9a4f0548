using Baton.Interop;

namespace Baton.Cli.Discovery;

/// <summary>A service that answered.</summary>
/// <param name="Socket">The path of its control socket.</param>
/// <param name="Status">What it said.</param>
/// <param name="User">Whose it is, as the kernel has it: the user who listens on the socket.</param>
internal sealed record FoundService(string Socket, RestartStatus Status, uint User)
{
    /// <summary>Whether one of its processes has this pid, and it is not only said so: by a process of another user.</summary>
    internal bool HasProcess(int pid, uint? owner) =>
        (owner is null || User == 0 || owner == User)
        && (Status.Pid == pid || Status.SuccessorPid == pid || Status.PredecessorPid == pid || Status.Generations.Any(g => g.Pid == pid));
}

/// <summary>A socket from which no status came, though somebody may live there.</summary>
/// <param name="Socket">Its path.</param>
/// <param name="Reason">What happened instead.</param>
internal sealed record UnheardSocket(string Socket, string Reason)
{
    /// <summary>The user of the one who listens, or of the socket.</summary>
    internal uint? User { get; init; }

    /// <summary>
    /// Whether there is a service that only does not answer; else it is not believed, or says something that is no status.
    /// </summary>
    internal bool IsSilent { get; init; }

    /// <summary>Of a silent one: the processes that have the socket.</summary>
    internal IReadOnlyList<ProcessLook> Processes { get; init; } = [];

    internal static UnheardSocket Silent(string socket, string reason, Libc.Ucred? listener)
    {
        IReadOnlyList<ProcessLook> processes = ProcessLook.HoldersOf(socket, listener);
        string states = string.Concat(processes.Select(p => Wording.Say($"; process {p.Pid} {p.Words}")));
        return new UnheardSocket(socket, $"{reason.TrimEnd('.')}{states}.") { User = listener?.uid ?? OwnerOf(socket), IsSilent = true, Processes = processes };
    }

    internal static uint? OwnerOf(string socket) => Libc.Stat(socket)?.stx_uid;
}

/// <summary>What a look around found.</summary>
internal sealed record Findings(IReadOnlyList<FoundService> Services, IReadOnlyList<UnheardSocket> Unheard, IReadOnlyList<string> Places);

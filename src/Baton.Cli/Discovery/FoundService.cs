namespace Baton.Cli.Discovery;

/// <summary>A service that answered.</summary>
/// <param name="Socket">The path of its control socket.</param>
/// <param name="Status">What it said.</param>
internal sealed record FoundService(string Socket, RestartStatus Status)
{
    /// <summary>Whether one of its processes has this pid.</summary>
    internal bool HasProcess(int pid) => Status.Pid == pid || Status.SuccessorPid == pid || Status.PredecessorPid == pid || Status.Generations.Any(g => g.Pid == pid);
}

/// <summary>A socket from which no status came, though somebody may live there.</summary>
/// <param name="Socket">Its path.</param>
/// <param name="Reason">What happened instead.</param>
internal sealed record UnheardSocket(string Socket, string Reason);

/// <summary>What a look around found.</summary>
internal sealed record Findings(IReadOnlyList<FoundService> Services, IReadOnlyList<UnheardSocket> Unheard, IReadOnlyList<string> Places);

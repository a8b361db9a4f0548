using Baton.Handover;
using Baton.Processes;
using Baton.Resources;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>The gate, the listeners and the pid file of this process.</summary>
internal sealed class Endpoints(
    ResourceRegistry listeners,
    AcceptGate gate,
    SuccessorRole? successor,
    OlderGenerations older,
    string? pidFile,
    ILogger logger)
    : IEndpoints
{
    private readonly PidFile _pidFile = new(pidFile, logger);

    public bool HasUnclaimed => listeners.HasUnclaimed;

    /// <summary>Claims the resources that were inherited for Baton itself, before the unclaimed ones are closed.</summary>
    internal Action? TakeOurs { get; set; }

    // The pid file is not passed on. A successor reports that it uses the same one, as with listeners.
    private IEnumerable<ResourceKey> Named => _pidFile.Path is { } path ? [new(ResourceKind.PidFile, path)] : [];

    private ResourceKey[] AnsweredFor => [.. listeners.AnsweredFor, .. Named];

    public IReadOnlyList<string> Claim()
    {
        CloseUnclaimed();
        return [.. AnsweredFor.Select(k => k.ToString())];
    }

    public void OpenGate()
    {
        try
        {
            successor?.Concessions.End();
            listeners.SetPassedOn(false);

            // A successor whose predecessor died has claimed nothing before.
            CloseUnclaimed();
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

    public void NameMain(int pid) => _pidFile.Name(pid);

    public void Release(IReadOnlyCollection<string> claimedBySuccessor) =>
        Release([.. claimedBySuccessor.Select(ResourceKey.Parse)]);

    public void EndSharing() => listeners.EndSharing();

    public void Return()
    {
        // Exit code 1 tells the supervisor that this release was rolled back.
        Environment.ExitCode = Restarter.RolledBackExitCode;
        older.Clear();
        Release(AnsweredFor);
    }

    private void Release(ResourceKey[] claimedBySuccessor)
    {
        gate.End();
        listeners.Release(claimedBySuccessor);
        _pidFile.Leave(Named.All(claimedBySuccessor.Contains));
    }

    private void CloseUnclaimed()
    {
        TakeOurs?.Invoke();
        listeners.CloseUnclaimed();
    }
}

using Baton.Handover;
using Baton.Lifecycle;
using Baton.Resources;
using Baton.Processes;

namespace Baton.Control;

/// <summary>Collects the status; from any thread.</summary>
internal sealed class StatusSource(
    ProcessLifecycle lifecycle,
    ResourceRegistry resources,
    OlderGenerations older,
    Func<int?> predecessor,
    ServiceIdentity identity)
{
    /// <summary>Knows which process has the service's name.</summary>
    internal Func<int?> NameHolder { private get; set; } = static () => null;

    /// <summary>Knows the exclusive services that wait.</summary>
    internal Func<IReadOnlyList<WaitingService>> Waiting { private get; set; } = static () => [];

    /// <summary>The command that started the service; null for none.</summary>
    internal RunParent? Run { private get; set; }

    internal RestartStatus Take()
    {
        GenerationStatus own = lifecycle.Describe();
        return new RestartStatus
        {
            Pid = own.Pid,
            Generation = own.Generation,
            State = own.State,
            PredecessorPid = predecessor(),
            SuccessorPid = lifecycle.Restarts.SuccessorPid,
            Successor = lifecycle.Restarts.OnProbation,
            Listeners = [.. resources.Held.Where(l => l.Key.Policy.IsOfService).Select(l => l.Key.ToString())],
            PassedHandles = [.. resources.Handles.Passed.Select(h => h.Key.Name)],
            UntakenHandles = resources.Handles.Closed,
            Generations = [own, .. older.Living],
            LastRestarts = lifecycle.Restarts.History,
            Name = identity.Name,
            Version = identity.Version,
            Program = identity.Program,
            StartedAt = identity.StartedAt,
            Restart = lifecycle.Restarts.Progress,
            ProbationEnds = lifecycle.ProbationLeft,
            AwaitsConfirmation = lifecycle.AwaitsConfirm,
            NameHeldBy = NameHolder(),
            RunPid = Run is { IsGone: false } ? Run.Pid : null,
            WaitingServices = Waiting(),
            PassedState = [.. resources.AtCommit.State.Passed.Select(
                row => new StateStatus { Name = row.Name, Version = row.Version, Length = row.Length })],
        };
    }
}

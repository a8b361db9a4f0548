using Baton.Lifecycle;

namespace Baton.Tests.Model;

/// <summary>What an operator has decided of a restart, and its answer.</summary>
internal sealed class WorldDecision(WorldProcess asked, ProbationDecision decision)
{
    internal WorldProcess Asked => asked;

    internal bool HasEnded { get; private set; }

    /// <summary>Whoever is told that it came about finds it so.</summary>
    internal void End(RestartException? problem, string what)
    {
        World.Require(!HasEnded, $"{asked.Name} answers a {decision} twice");
        HasEnded = true;
        asked.World.Trace($"{asked.Name} answers {decision}: {what}");
        if (problem is null && decision == ProbationDecision.RollBack)
        {
            World.Require(asked.State is ProcessState.Serving or ProcessState.ShuttingDown, $"{asked.Name} is {asked.State} after a roll back");
        }
        else if (problem is null)
        {
            World.Require(asked.State is ProcessState.OnProbation or ProcessState.Serving or ProcessState.Draining, $"{asked.Name} is {asked.State} after a confirmation");
        }
    }
}

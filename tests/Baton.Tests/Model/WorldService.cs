using Baton.Lifecycle;

namespace Baton.Tests.Model;

/// <summary>
/// The exclusive service of one process: told to stop when the gate closes, it ends when its process runs next, and only then is
/// there another one. As in a real process one that comes back takes the lock. One that is told to serve for the first time does
/// not look at it here, so that the handover alone must see to it that no other one runs.
/// </summary>
internal sealed class WorldService(WorldProcess process) : ITermService
{
    private TaskCompletionSource? _running;
    private bool _told;
    private bool _ranBefore;

    public string Name => $"the service of {process.Name}";

    public bool IsExclusive => true;

    public bool Waits { get; private set; }

    public string? WaitsFor => Waits ? "another process" : null;

    public Task Stopped => _running?.Task ?? Task.CompletedTask;

    internal bool Runs => _running is not null && process.Alive;

    private World World => process.World;

    internal bool BelongsTo(WorldProcess? other) => other == process;

    internal void ToldToStop() => _told |= _running is not null;

    /// <summary>Its process has run, so it may too.</summary>
    internal void GoOn()
    {
        if (_running is { } running && _told)
        {
            (_running, _told) = (null, false);
            World.Trace($"{Name} has stopped");
            running.SetResult();
        }

        Waits = _running is null && process.Effects.GateOpen;
        if (Waits && (World.Running is null || !NeedsLock))
        {
            Begin();
        }
    }

    // A release that was rolled back and lives may still run its own, while the predecessor restarts without; a predecessor may
    // have left its own behind.
    private bool NeedsLock =>
        _ranBefore || World.Limits == Limits.LateServices || process.Lifecycle.Start.IsAlone || World.Running is { } other && !other.BelongsTo(process.Predecessor?.Owner);

    private void Begin()
    {
        World.Require(World.Running is null, $"{Name} begins while {World.Running?.Name} goes on");
        if (NeedsLock && World.LastService != this)
        {
            // The file of the lock has the last number.
            process.Terms.RiseAbove(World.LastTerm);
        }

        long term = process.Terms.Own;
        World.Require(
            term > World.LastTerm || (World.LastService == this && term == World.LastTerm), $"{Name} begins in term {term}, after term {World.LastTerm}");
        (World.LastService, World.LastTerm) = (this, term);
        (_running, _ranBefore, Waits) = (new TaskCompletionSource(), true, false);
        World.Trace($"{Name} runs in term {term}");
    }
}

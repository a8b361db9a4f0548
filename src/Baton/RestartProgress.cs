namespace Baton;

/// <summary>A restart that is under way, from its beginning to the end of the probation.</summary>
/// <param name="Trigger">Who asked for it.</param>
/// <param name="Phase">What it is doing, see <see cref="RestartPhase"/>; empty if nothing yet.</param>
/// <param name="Detail">How far that is; empty for nothing to say.</param>
/// <param name="Elapsed">Since the request.</param>
public sealed record RestartProgress(string Trigger, string Phase, string Detail, TimeSpan Elapsed)
{
    /// <summary>The phases that are over, in order; what is left of <see cref="Elapsed"/> has gone into the present one.</summary>
    public IReadOnlyList<RestartPhase> Phases { get; init; } = [];
}

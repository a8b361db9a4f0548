using Baton.Lifecycle;

namespace Baton.Hosting;

/// <summary>
/// Whether this process serves, for services that are to work only then. Injected as a singleton: what it says is said of now, so
/// take <see cref="Term"/> and <see cref="Ended"/> once for each piece of work.
/// </summary>
public sealed class ServingLifetime
{
    private readonly AcceptGate _gate;
    private readonly TermNumbers _numbers;

    internal ServingLifetime(AcceptGate gate, TermNumbers numbers) => (_gate, _numbers) = (gate, numbers);

    /// <summary>Whether this process serves at this moment.</summary>
    public bool IsServing => _gate.IsOpen;

    /// <summary>
    /// The fencing number of the term in which this process serves, or last served; 0 before the first. It rises with each change
    /// of who serves, also at a roll back, and in an exclusive service also over crashes and cold starts. See <see
    /// cref="ServingTerm.Number"/>.
    /// </summary>
    public long Term => _numbers.Own;

    /// <summary>Cancelled when this term ends; a cancelled one while this process does not serve.</summary>
    public CancellationToken Ended => _gate.Term?.Ended ?? new CancellationToken(canceled: true);
}

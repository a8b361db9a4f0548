namespace Baton.Lifecycle;

/// <summary>
/// One server of this process: a host that has graceful restart, from the moment it was added until it has ended. Its state
/// belongs to the <see cref="ServerRegister"/>.
/// </summary>
/// <param name="name">What the application calls it; null for no name.</param>
/// <param name="number">1 for the first.</param>
/// <param name="added">How many there are by now.</param>
internal sealed class RegisteredServer(string? name, int number, Func<int> added)
{
    private int _left;
    private volatile bool _begun;

    /// <summary>Whether its host has begun to start.</summary>
    internal bool HasBegun
    {
        get => _begun;
        set => _begun = value;
    }

    /// <summary>Whether it can serve, as far as it is concerned.</summary>
    internal bool IsReady { get; set; }

    /// <summary>Whether it has ended, or was given up.</summary>
    internal bool HasLeft => Volatile.Read(ref _left) != 0;

    /// <summary>Whether there is nothing to tell it from: it has no name and is the only one.</summary>
    internal bool IsPlain => name is null && added() == 1;

    /// <returns>True for the first call.</returns>
    internal bool Leave() => Interlocked.Exchange(ref _left, 1) == 0;

    /// <summary>
    /// As log lines call it: <c>server s1</c>; without a name <c>server 2</c>, and <c>server</c> if there is no other.
    /// </summary>
    public override string ToString() =>
        IsPlain ? "server" : $"server {name ?? number.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}

namespace Baton.Lifecycle;

/// <summary>
/// One server of this process: a host with graceful restart, from its registration to its end. Its state belongs to the
/// <see cref="ServerRegister"/>.
/// </summary>
/// <param name="name">The application's name for it; null for none.</param>
/// <param name="number">1 for the first.</param>
/// <param name="added">The number of servers so far.</param>
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

    /// <summary>Whether this server can serve.</summary>
    internal bool IsReady { get; set; }

    /// <summary>Whether it has ended, or was given up.</summary>
    internal bool HasLeft => Volatile.Read(ref _left) != 0;

    /// <summary>Whether it needs no name: it has none and is the only one.</summary>
    internal bool IsPlain => name is null && added() == 1;

    /// <returns>True for the first call.</returns>
    internal bool Leave() => Interlocked.Exchange(ref _left, 1) == 0;

    /// <summary>
    /// Its name in log lines: <c>server s1</c>; without a name <c>server 2</c>, and <c>server</c> if it is the only one.
    /// </summary>
    public override string ToString() =>
        IsPlain ? "server" : $"server {name ?? number.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}

namespace Baton.Resources;

/// <summary>What is said of one item of state when it is passed. Large ones ride with the message as sealed memory.</summary>
/// <param name="Name">The item.</param>
/// <param name="Version">Of its form.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Hash">SHA-256 of the bytes, in hexadecimal digits.</param>
internal sealed record StateRow(string Name, int Version, long Length, string Hash)
{
    /// <summary>The bytes themselves; null for one that is passed as memory.</summary>
    internal byte[]? Data { get; init; }

    /// <summary>At a roll back the sender takes it back.</summary>
    internal bool IsWantedBack { get; init; }
}

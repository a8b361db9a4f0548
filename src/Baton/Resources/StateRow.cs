namespace Baton.Resources;

/// <summary>One item of state in a message. Large ones come with the message as sealed memory.</summary>
/// <param name="Name">The item.</param>
/// <param name="Version">The version of its form.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="Hash">SHA-256 of the bytes, in hexadecimal digits.</param>
internal sealed record StateRow(string Name, int Version, long Length, string Hash)
{
    /// <summary>The bytes; null if passed as memory.</summary>
    internal byte[]? Data { get; init; }

    /// <summary>Whether the sender wants it back at a roll back.</summary>
    internal bool IsWantedBack { get; init; }
}

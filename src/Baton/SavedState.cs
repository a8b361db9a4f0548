namespace Baton;

/// <summary>One item of state, as another process of the service has saved it. Its hash was checked.</summary>
public sealed class SavedState
{
    internal SavedState(string name, int version, long length, bool isHandedBack, Stream content) =>
        (Name, Version, Length, IsHandedBack, Content) = (name, version, length, isHandedBack, content);

    /// <summary>The name it is registered by.</summary>
    public string Name { get; }

    /// <summary>
    /// The version of its form, between <see cref="StateOptions.OldestVersion"/> and <see cref="StateOptions.Version"/>.
    /// </summary>
    public int Version { get; }

    /// <summary>How many bytes it has.</summary>
    public long Length { get; }

    /// <summary>
    /// Whether a successor hands it back at a roll back: this process has state of its own, which is older. False at the start.
    /// </summary>
    public bool IsHandedBack { get; }

    /// <summary>The bytes, from the first to the last; can seek. Not to be used once <c>load</c> has returned.</summary>
    public Stream Content { get; }
}

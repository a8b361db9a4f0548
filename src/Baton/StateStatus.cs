namespace Baton;

/// <summary>An item of state that has gone from one process of the service to another.</summary>
public sealed record StateStatus
{
    /// <summary>The name it is registered by.</summary>
    public required string Name { get; init; }

    /// <summary>The version of its form.</summary>
    public int Version { get; init; }

    /// <summary>How many bytes it has.</summary>
    public long Length { get; init; }
}

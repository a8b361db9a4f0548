namespace Baton.AspNetCore.Moving;

/// <summary>Whether and how a connection leaves this process. A seam for tests.</summary>
internal interface IDeparture
{
    /// <summary>Whether it may leave between two requests. Asked at each read.</summary>
    bool IsWanted { get; }

    /// <summary>Takes the connection from Kestrel's transport, if nothing is on its way between the two.</summary>
    /// <param name="seen">The bytes that have arrived from the socket.</param>
    bool TryTake(long seen);

    /// <summary>It was taken, and Kestrel is to be told. Must not block.</summary>
    void Begin();
}

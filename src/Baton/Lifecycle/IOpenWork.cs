namespace Baton.Lifecycle;

/// <summary>What the servers of this process have open. A seam for tests.</summary>
internal interface IOpenWork
{
    /// <summary>Tells the application that this process ends.</summary>
    void AnnounceStopping();

    /// <summary>Finishes what is open; completes when nothing is. Cancelled when this process serves again.</summary>
    Task DrainAsync(CancellationToken calledBack);

    /// <summary>The drain goes on without another process of the service that accepts.</summary>
    void NobodyServes();

    /// <summary>This process serves again: takes back what the drain has told the application.</summary>
    void Resume();

    /// <summary>Cuts what is open.</summary>
    OpenWork Cut();

    /// <summary>What is open.</summary>
    OpenWorkReport Describe();
}

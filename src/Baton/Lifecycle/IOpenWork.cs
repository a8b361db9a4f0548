namespace Baton.Lifecycle;

/// <summary>The open work of this process's servers. A seam for tests.</summary>
internal interface IOpenWork
{
    /// <summary>Tells the application that this process ends.</summary>
    void AnnounceStopping();

    /// <summary>Finishes the open work; completes when there is none. Cancelled when this process serves again.</summary>
    Task DrainAsync(CancellationToken calledBack);

    /// <summary>No other process of the service accepts during the drain.</summary>
    void NobodyServes();

    /// <summary>This process serves again: revokes what the drain told the application.</summary>
    void Resume();

    /// <summary>Cuts the open work.</summary>
    OpenWork Cut();

    /// <summary>The open work.</summary>
    OpenWorkReport Describe();
}

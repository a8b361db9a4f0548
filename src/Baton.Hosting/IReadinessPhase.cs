namespace Baton.Hosting;

/// <summary>A phase between the start of the hosted services and serving.</summary>
internal interface IReadinessPhase
{
    /// <summary>A short, stable name: people and programs look for it.</summary>
    PhaseName Name { get; }

    /// <summary>False if this host has no such phase. Then nothing is reported either.</summary>
    bool HasWork { get; }

    /// <summary>Completes when the phase is done; throws if this process cannot serve.</summary>
    /// <param name="report">Reports progress and problems, each time that they change. The predecessor gets them. A phase logs
    /// itself what belongs into this process's log.</param>
    /// <param name="cancel">The time is up, or readiness no longer matters.</param>
    Task RunAsync(Action<string> report, CancellationToken cancel);
}

namespace Baton.Hosting;

/// <summary>Something that must be done, or come true, between the start of the hosted services and serving.</summary>
internal interface IReadinessPhase
{
    /// <summary>Short and the same in every process: people and programs look for it.</summary>
    PhaseName Name { get; }

    /// <summary>False where this host has nothing of the kind: then nothing is said either.</summary>
    bool HasWork { get; }

    /// <summary>Completes when it is done; throws when this process can't serve.</summary>
    /// <param name="report">Takes how far it is and what is wrong, each time that this changes. The predecessor is told it; what
    /// the reader of this process's log is to know, a phase logs.</param>
    /// <param name="cancel">The time is up, or nobody wants to be ready any more.</param>
    Task RunAsync(Action<string> report, CancellationToken cancel);
}

namespace Baton.Lifecycle;

/// <summary>A service of the application that runs only while this process serves. From any thread.</summary>
internal interface ITermService
{
    /// <summary>The name for messages.</summary>
    string Name { get; }

    /// <summary>Whether it must never run in two processes.</summary>
    bool IsExclusive { get; }

    /// <summary>Whether this process serves, but another one keeps it from running.</summary>
    bool Waits => WaitsFor is not null;

    /// <summary>What keeps it from running although this process serves, as text; null for nothing.</summary>
    string? WaitsFor { get; }

    /// <summary>Completed while it does not run; a new task for each run.</summary>
    Task Stopped { get; }
}

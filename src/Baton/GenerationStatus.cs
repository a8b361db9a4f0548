namespace Baton;

/// <summary>One living process of the service, and what it still has to do.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="Generation">1 for the first process, one more with every restart; 0 for a successor that its predecessor has not
/// answered yet.</param>
/// <param name="State">Where it is in its life. Of another process: when it last said so, at most about a second ago.</param>
/// <param name="Connections">Open connections by kind, such as <c>http/1.1</c>, <c>http/2</c>, <c>upgraded</c> or <c>idle</c>.</param>
/// <param name="RequestCount">Requests in progress.</param>
/// <param name="Requests">Some of them, the oldest first.</param>
public sealed record GenerationStatus(
    int Pid, int Generation, ProcessState State, IReadOnlyDictionary<string, int> Connections, int RequestCount, IReadOnlyList<OpenRequest> Requests)
{
    /// <summary>The version of the application, see <see cref="RestartStatus.Version"/>; empty if it has none or has not said so.</summary>
    public string Version { get; init; } = "";

    /// <summary>When the process was started; null if it has not said so.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long it is until what is open is cut; null if it is not draining, or drains without limit.</summary>
    public TimeSpan? DrainLimit { get; init; }

    /// <summary>Since when it has nothing to do any more, because its work was finished or cut; null if it has, or has not said so.</summary>
    public DateTimeOffset? DrainedAt { get; init; }
}

/// <summary>A request in progress.</summary>
/// <param name="Path">Its path, without the query. On an HTTP/2 connection that of the latest request.</param>
/// <param name="Age">Since when it has been in progress. On an HTTP/2 connection since the connection last was idle.</param>
public sealed record OpenRequest(string Path, TimeSpan Age);

namespace Baton;

/// <summary>One living process of the service, and what it still has to do.</summary>
public sealed record GenerationStatus
{
    /// <summary>Its process id.</summary>
    public required int Pid { get; init; }

    /// <summary>
    /// 1 for the first process, one more with every restart; 0 for a successor that its predecessor has not answered yet.
    /// </summary>
    public required int Generation { get; init; }

    /// <summary>Where it is in its life. Of another process: when it last said so, at most about a second ago.</summary>
    public required ProcessState State { get; init; }

    /// <summary>Open connections by kind, such as <c>http/1.1</c>, <c>http/2</c>, <c>upgraded</c> or <c>idle</c>.</summary>
    public IReadOnlyDictionary<string, int> Connections { get; init; } = new Dictionary<string, int>();

    /// <summary>Requests in progress.</summary>
    public int RequestCount { get; init; }

    /// <summary>Some of them, the oldest first.</summary>
    public IReadOnlyList<OpenRequest> Requests { get; init; } = [];

    /// <summary>
    /// What lives long, by kind: <c>websocket</c>, <c>signalr</c>, <c>sse</c>, <c>grpc</c> for streams, <c>upgraded</c> for any
    /// other upgrade. Empty if the process had none yet.
    /// </summary>
    public IReadOnlyDictionary<string, LongLivedCount> LongLived { get; init; } = new Dictionary<string, LongLivedCount>();

    /// <summary>
    /// The version of the application, see <see cref="RestartStatus.Version"/>; empty if it has none or has not said so.
    /// </summary>
    public string Version { get; init; } = "";

    /// <summary>When the process was started; null if it has not said so.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long it is until what is open is cut; null if it is not draining, or drains without limit.</summary>
    public TimeSpan? DrainLimit { get; init; }

    /// <summary>
    /// Since when it has nothing to do any more, because its work was finished or cut; null if it has, or has not said so.
    /// </summary>
    public DateTimeOffset? DrainedAt { get; init; }
}

/// <summary>How many requests of one kind live long, and how those ended that a drain has ended.</summary>
public sealed record LongLivedCount
{
    /// <summary>In progress.</summary>
    public int Open { get; init; }

    /// <summary>Were told that the process is to finish, since it was started.</summary>
    public int Told { get; init; }

    /// <summary>Of these, how many were closed in the way of their protocol, since they had not ended by themselves.</summary>
    public int Closed { get; init; }

    /// <summary>Of these, how many were cut at the drain timeout or by force.</summary>
    public int Cut { get; init; }
}

/// <summary>A request in progress.</summary>
public sealed record OpenRequest
{
    /// <summary>Its path, without the query. On an HTTP/2 connection that of the latest request.</summary>
    public required string Path { get; init; }

    /// <summary>Since when it has been in progress. On an HTTP/2 connection since the connection last was idle.</summary>
    public required TimeSpan Age { get; init; }
}

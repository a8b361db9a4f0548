namespace Baton.Lifecycle;

/// <summary>The open work at one moment, added up by the servers of this process.</summary>
internal sealed class OpenWorkReport
{
    // A report goes to later generations every second. A few requests show why a process still runs.
    private const int MostRequests = 10;

    private readonly Dictionary<string, int> _connections = [];
    private readonly Dictionary<string, LongLivedCount> _longLived = [];
    private readonly List<OpenRequest> _requests = [];
    private int _requestCount;

    /// <summary>Whether a server has reported, so that zero means nothing is open.</summary>
    internal bool CountsConnections { get; set; }

    internal OpenWork Total => new(_connections.Values.Sum(), _requestCount);

    internal void AddConnection(string kind) => _connections[kind] = _connections.GetValueOrDefault(kind) + 1;

    internal void AddConnections(string kind, int count)
    {
        if (count > 0)
        {
            _connections[kind] = _connections.GetValueOrDefault(kind) + count;
        }
    }

    internal void AddLongLived(string kind, LongLivedCount count)
    {
        LongLivedCount before = _longLived.GetValueOrDefault(kind) ?? new LongLivedCount();
        _longLived[kind] = new LongLivedCount
        {
            Open = before.Open + count.Open,
            Told = before.Told + count.Told,
            Closed = before.Closed + count.Closed,
            Cut = before.Cut + count.Cut,
        };
    }

    /// <summary>Adds the requests of one connection, with the path and age of one of them.</summary>
    internal void AddRequests(int count, string path, TimeSpan age)
    {
        _requestCount += count;
        _requests.Add(new OpenRequest { Path = path, Age = age });
    }

    internal GenerationStatus ToStatus(int pid, int generation, ProcessState state) =>
        new()
        {
            Pid = pid,
            Generation = generation,
            State = state,
            Connections = _connections,
            LongLived = _longLived,
            RequestCount = _requestCount,
            Requests = [.. _requests.OrderByDescending(r => r.Age).Take(MostRequests)],
        };
}

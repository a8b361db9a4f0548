using RestartLoad.Measuring;
using RestartLoad.Wire;

namespace RestartLoad.Http2;

/// <summary>
/// The open streams of one connection and whether it takes new ones. Once the peer has announced its end (GOAWAY) or the
/// connection has ended, no stream is opened any more: the request goes to another connection, and as nothing of it was sent
/// that is no retry.
/// </summary>
internal sealed class StreamTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Http2Stream> _streams = [];
    private int _nextId = 1; // Clients' streams have odd numbers.
    private bool _isClosed;

    /// <summary>True when nothing is left to wait for: the peer said GOAWAY and every stream has ended.</summary>
    public bool IsDrained
    {
        get
        {
            lock (_gate)
            {
                return _isClosed && _streams.Count == 0;
            }
        }
    }

    /// <param name="check">The new stream's body check.</param>
    /// <param name="announce">Queues the stream's HEADERS; called under the lock, since ids must be sent in ascending
    /// order.</param>
    /// <returns>Null when the connection takes no new streams.</returns>
    public Http2Stream? TryOpen(BodyCheck check, Action<Http2Stream> announce)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return null;
            }

            Http2Stream stream = new(_nextId, check);
            _nextId += 2;
            _streams.Add(stream.Id, stream);
            announce(stream);
            return stream;
        }
    }

    public Http2Stream? Find(int id)
    {
        lock (_gate)
        {
            return _streams.GetValueOrDefault(id);
        }
    }

    public void Remove(Http2Stream stream)
    {
        lock (_gate)
        {
            _streams.Remove(stream.Id);
        }
    }

    /// <summary>The peer processes no stream above <paramref name="lastId"/>, and the client must open no more.</summary>
    public void GoAway(int lastId, int errorCode) => FailAbove(
        lastId, Outcome.RefusedStream, id => $"stream {id} is above the last stream id {lastId} of GOAWAY (error {errorCode})");

    /// <summary>The connection is over, and with it whatever was open on it.</summary>
    public void Close(Outcome outcome, string detail) => FailAbove(0, outcome, id => $"stream {id}: {detail}");

    private void FailAbove(int lastId, Outcome outcome, Func<int, string> detail)
    {
        List<Http2Stream> refused;
        lock (_gate)
        {
            _isClosed = true;
            refused = [.. _streams.Values.Where(stream => stream.Id > lastId)];
            refused.ForEach(stream => _streams.Remove(stream.Id));
        }

        refused.ForEach(stream => stream.Fail(outcome, detail(stream.Id)));
    }
}

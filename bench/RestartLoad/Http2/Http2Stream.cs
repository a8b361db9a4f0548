using System.Globalization;
using RestartLoad.Measuring;
using RestartLoad.Wire;

namespace RestartLoad.Http2;

/// <summary>
/// One request and its answer. Only the connection's reading loop calls the On methods; <see cref="Fail"/> comes from anywhere,
/// and whatever is first decides.
/// </summary>
internal sealed class Http2Stream(int id, BodyCheck check)
{
    private readonly TaskCompletionSource<int?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int? _status;
    private int? _pid;
    private long? _contentLength;

    public int Id => id;

    /// <summary>The pid that the complete answer named; faults with a <see cref="RequestFailedException"/>.</summary>
    public Task<int?> Answer => _answer.Task;

    /// <summary>What this stream may send beyond the connection's initial window; guarded by <see cref="SendWindows"/>.</summary>
    public long WindowCredit { get; set; }

    /// <summary>Bytes received since the last WINDOW_UPDATE for this stream.</summary>
    public int Unacknowledged { get; set; }

    public void OnHeaders(List<(string Name, string Value)> fields, bool endsStream)
    {
        bool areTrailers = _status is not null;
        if (!areTrailers)
        {
            ReadHead(fields);
        }
        else if (!endsStream)
        {
            throw new RequestFailedException(Outcome.Malformed, "malformed answer: trailers that do not end the stream", _pid);
        }

        if (endsStream)
        {
            OnEnd();
        }
    }

    public void OnData(ReadOnlySpan<byte> bytes, bool endsStream)
    {
        if (_status == 200)
        {
            check.Accept(bytes);
        }

        if (endsStream)
        {
            OnEnd();
        }
    }

    public void Fail(Outcome outcome, string detail) =>
        _answer.TrySetException(new RequestFailedException(outcome, detail, _pid));

    private void ReadHead(List<(string Name, string Value)> fields)
    {
        int status = int.TryParse(Find(fields, ":status"), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new RequestFailedException(Outcome.Malformed, "malformed answer: no :status");
        if (status is >= 100 and < 200)
        {
            return; // An interim answer; the real one follows.
        }

        _status = status;
        _pid = int.TryParse(Find(fields, "x-pid"), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : null;
        _contentLength = long.TryParse(
            Find(fields, "content-length"), NumberStyles.None, CultureInfo.InvariantCulture, out long length) ? length : null;
    }

    private void OnEnd()
    {
        if (_status != 200)
        {
            Fail(Outcome.WrongStatus, $"status {_status}");
            return;
        }

        if (_contentLength is { } length && length != check.Received)
        {
            Fail(Outcome.Truncated, $"stream ended after {check.Received} of {length} bytes of the body");
            return;
        }

        check.Complete();
        _answer.TrySetResult(_pid);
    }

    private static string? Find(List<(string Name, string Value)> fields, string name) =>
        fields.Find(field => field.Name == name).Value;
}

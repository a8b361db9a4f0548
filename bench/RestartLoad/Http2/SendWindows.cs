namespace RestartLoad.Http2;

/// <summary>
/// How much may still be sent, on the connection and on each stream (RFC 9113, section 5.2). A stream's window is the peer's
/// initial window plus the stream's own credit, because a changed SETTINGS_INITIAL_WINDOW_SIZE holds for open streams too.
/// </summary>
internal sealed class SendWindows
{
    private const int DefaultWindow = 65535;

    private readonly Lock _gate = new();
    private long _connection = DefaultWindow;
    private long _initial = DefaultWindow;
    private TaskCompletionSource _widened = NewSignal();

    public void SetInitial(int size)
    {
        lock (_gate)
        {
            _initial = size;
            Signal();
        }
    }

    /// <param name="stream">The stream whose window grows; null: the connection's.</param>
    /// <param name="increment">By how many bytes.</param>
    public void Widen(Http2Stream? stream, int increment)
    {
        lock (_gate)
        {
            if (stream is null)
            {
                _connection += increment;
            }
            else
            {
                stream.WindowCredit += increment;
            }

            Signal();
        }
    }

    /// <summary>
    /// Waits for leave to send, and takes at most <paramref name="wanted"/> bytes; 0 when the stream has ended.
    /// </summary>
    public async ValueTask<int> TakeAsync(Http2Stream stream, int wanted, CancellationToken cancellation)
    {
        while (!stream.Answer.IsCompleted)
        {
            Task widened;
            lock (_gate)
            {
                long granted = Math.Min(wanted, Math.Min(_connection, _initial + stream.WindowCredit));
                if (granted > 0)
                {
                    _connection -= granted;
                    stream.WindowCredit -= granted;
                    return (int)granted;
                }

                widened = _widened.Task;
            }

            await Task.WhenAny(widened, stream.Answer).WaitAsync(cancellation);
        }

        return 0;
    }

    private void Signal()
    {
        _widened.TrySetResult();
        _widened = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

namespace Baton.Lifecycle;

/// <summary>
/// Decides whether the servers of this process accept. Closed at first; opened when the process serves; closed when it hands
/// over; opened again if the successor fails; ended when it will never accept again. Our own servers and the application's have
/// different tokens: callbacks on the application's token may throw or block, and must not delay the thread that closes the gate.
/// </summary>
/// <param name="failed">Called with exceptions of the application's callbacks.</param>
internal sealed class AcceptGate(Action<Exception>? failed = null)
{
    // Long enough to cancel an accept before the successor is told to serve. A slower callback goes on by itself.
    private static readonly TimeSpan ToldWithin = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private CancellationTokenSource? _open;

    // The application's token; null until one is handed out.
    private CancellationTokenSource? _told;
    private TaskCompletionSource _changed = NewChange();
    private bool _ended;

    /// <summary>Whether accepting is allowed now.</summary>
    internal bool IsOpen
    {
        get
        {
            lock (_lock)
            {
                return _open is not null;
            }
        }
    }

    /// <summary>
    /// For our own servers: waits until accepting is allowed. Returns a token that is cancelled when the gate closes, before the
    /// close returns. Null when the gate has ended.
    /// </summary>
    internal ValueTask<CancellationToken?> EnterAsync(CancellationToken cancel) => EnterAsync(() => _open, cancel);

    /// <summary>The same for the application's servers. Their token is cancelled on a thread of its own.</summary>
    internal ValueTask<CancellationToken?> EnterTheirsAsync(CancellationToken cancel) =>
        EnterAsync(() => _open is null ? null : _told ??= new CancellationTokenSource(), cancel);

    internal void Open() => Change(open: true, ended: false);

    /// <summary>Cancels waiting accepts. A connection that one of them already has is still served.</summary>
    internal void Close() => Change(open: false, ended: false);

    /// <summary>Closes for good.</summary>
    internal void End() => Change(open: false, ended: true);

    private async ValueTask<CancellationToken?> EnterAsync(Func<CancellationTokenSource?> open, CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_ended)
                {
                    return null;
                }

                if (open() is { } source)
                {
                    return source.Token;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    private void Change(bool open, bool ended)
    {
        CancellationTokenSource? closing = null;
        CancellationTokenSource? theirs = null;
        TaskCompletionSource changed;
        lock (_lock)
        {
            _ended |= ended;
            if (open && !_ended)
            {
                _open ??= new CancellationTokenSource();
            }
            else
            {
                (closing, theirs, _open, _told) = (_open, _told, null, null);
            }

            changed = _changed;
            _changed = NewChange();
        }

        changed.SetResult();
        closing?.Cancel();
        if (theirs is not null)
        {
            Tell(theirs);
        }
    }

    private void Tell(CancellationTokenSource theirs)
    {
        // Not on the pool: a stuck pool would let the application go on accepting.
        var telling = new Thread(() =>
        {
            try
            {
                theirs.Cancel();
            }
            catch (AggregateException e)
            {
                failed?.Invoke(e);
            }
        })
        { IsBackground = true, Name = "baton-accepts" };
        try
        {
            telling.UnsafeStart();
            telling.Join(ToldWithin);
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // No thread is available: cancels on this one.
            _ = theirs.CancelAsync();
        }
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

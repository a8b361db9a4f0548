namespace Baton.Lifecycle;

/// <summary>
/// Whether the servers of this process accept. Closed at first; opened when the process serves, closed when it hands over, opened
/// again if the successor does not take over; ended when it will never accept again. Our own servers and the application's have
/// different tokens: what an application has registered on its token may throw or block, and must not hold up the thread that
/// closes the gate.
/// </summary>
/// <param name="failed">Told what a callback of the application throws.</param>
internal sealed class AcceptGate(Action<Exception>? failed = null)
{
    // Long enough for an accept to be cancelled before the successor is told to serve. A callback that takes longer goes on by
    // itself.
    private static readonly TimeSpan ToldWithin = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private CancellationTokenSource? _open;

    // The application's; null as long as none has been handed out.
    private CancellationTokenSource? _told;
    private TaskCompletionSource _changed = NewChange();
    private bool _ended;

    /// <summary>Whether accepting is allowed at this moment.</summary>
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
    /// For our own servers: waits until accepting is allowed. The result says for how long: it is cancelled when the gate closes,
    /// before that returns. Null when it has ended.
    /// </summary>
    internal ValueTask<CancellationToken?> EnterAsync(CancellationToken cancel) => EnterAsync(() => _open, cancel);

    /// <summary>The same for the application's servers, whose token is cancelled on a thread of its own.</summary>
    internal ValueTask<CancellationToken?> EnterTheirsAsync(CancellationToken cancel) =>
        EnterAsync(() => _open is null ? null : _told ??= new CancellationTokenSource(), cancel);

    internal void Open() => Change(open: true, ended: false);

    /// <summary>Stops the accepts that are waiting; a connection that one of them has got already is still served.</summary>
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
        // Not on the pool: where that is stuck, the application would go on accepting.
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
            // No thread can be had: better late than never.
            _ = theirs.CancelAsync();
        }
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

namespace Baton.Lifecycle;

/// <summary>
/// Whether the servers of this process accept. Closed at first; opened when the process serves, closed when it hands over, opened
/// again if the successor does not take over; ended when it will never accept again. Each time that it is open is a <see
/// cref="ServingTerm"/>. Our own servers and the application's have different tokens: what an application has registered on its
/// token may throw or block, and must not hold up the thread that closes the gate.
/// </summary>
/// <param name="numbers">Of the terms; null for some that nobody else knows.</param>
/// <param name="failed">Told what a callback of the application throws.</param>
internal sealed class AcceptGate(TermNumbers? numbers = null, Action<Exception>? failed = null)
{
    // Long enough for an accept to be cancelled before the successor is told to serve. A callback that takes longer goes on by
    // itself.
    private static readonly TimeSpan ToldWithin = TimeSpan.FromMilliseconds(100);

    private readonly TermNumbers _numbers = numbers ?? new TermNumbers(TimeProvider.System);
    private readonly Lock _lock = new();
    private ServingTerm? _term;
    private TaskCompletionSource _changed = NewChange();
    private bool _ended;

    /// <summary>Whether accepting is allowed at this moment.</summary>
    internal bool IsOpen => Term is not null;

    /// <summary>The term that goes on; null if none does.</summary>
    internal ServingTerm? Term
    {
        get
        {
            lock (_lock)
            {
                return _term;
            }
        }
    }

    /// <summary>
    /// For our own servers: waits until accepting is allowed. The result says for how long: it is cancelled when the gate closes,
    /// before that returns. Null when it has ended.
    /// </summary>
    internal async ValueTask<CancellationToken?> EnterAsync(CancellationToken cancel) =>
        (await EnterTermAsync(after: null, cancel).ConfigureAwait(false))?.Closing;

    /// <summary>Waits until a term goes on, or a later one than that; null when there will be none.</summary>
    internal async ValueTask<ServingTerm?> EnterTermAsync(ServingTerm? after, CancellationToken cancel)
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

                if (_term is not null && _term != after)
                {
                    return _term;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    internal void Open() => Change(open: true, ended: false);

    /// <summary>Stops the accepts that are waiting; a connection that one of them has got already is still served.</summary>
    internal void Close() => Change(open: false, ended: false);

    /// <summary>Closes for good.</summary>
    internal void End() => Change(open: false, ended: true);

    private void Change(bool open, bool ended)
    {
        ServingTerm? closing = null;
        TaskCompletionSource changed;
        lock (_lock)
        {
            _ended |= ended;
            if (open && !_ended)
            {
                _term ??= new ServingTerm(_numbers.Begin());
            }
            else
            {
                (closing, _term) = (_term, null);
            }

            changed = _changed;
            _changed = NewChange();
        }

        changed.SetResult();
        if (closing?.End() is { } theirs)
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

namespace Baton.Lifecycle;

/// <summary>
/// Whether the servers of this process accept. Closed at first; opened when the process serves, closed when it hands over, opened again if the
/// successor does not take over; ended when it will never accept again.
/// </summary>
internal sealed class AcceptGate
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _open;
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
    /// Waits until accepting is allowed. The result says for how long: it is cancelled when the gate closes. Null when it has ended.
    /// </summary>
    internal async ValueTask<CancellationToken?> EnterAsync(CancellationToken cancel)
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

                if (_open is not null)
                {
                    return _open.Token;
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
        CancellationTokenSource? closing;
        TaskCompletionSource changed;
        lock (_lock)
        {
            _ended |= ended;
            closing = _open;
            _open = open && !_ended ? closing ?? new CancellationTokenSource() : null;
            changed = _changed;
            _changed = NewChange();
            closing = _open is null ? closing : null;
        }

        closing?.Cancel();
        changed.SetResult();
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

namespace Baton;

/// <summary>
/// One time in which this process may serve: from the moment at which it is told so until it hands over or ends. A process that
/// serves again after a roll back has a new one. <see cref="Restarter.ServingTermsAsync"/> gives them.
/// </summary>
public sealed class ServingTerm
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closing = new();
    private CancellationTokenSource? _ended;
    private bool _isOver;

    internal ServingTerm(long number) => Number = number;

    /// <summary>
    /// A number that rises with each change of who serves, in either direction, also over restarts of the whole service: about
    /// the milliseconds of unix time at which the term began. A store that remembers the highest number can refuse a writer of
    /// an older term.
    /// </summary>
    public long Number { get; }

    /// <summary>Cancelled when the term ends: stop accepting, begin nothing new.</summary>
    public CancellationToken Ended
    {
        get
        {
            lock (_lock)
            {
                return _isOver && _ended is null
                    ? new CancellationToken(canceled: true)
                    : (_ended ??= new CancellationTokenSource()).Token;
            }
        }
    }

    /// <summary>The same for our own code, which is called by the thread that ends the term.</summary>
    internal CancellationToken Closing => _closing.Token;

    /// <summary>Ends it for our own code.</summary>
    /// <returns>What has to be cancelled for the application's; null where it has not asked.</returns>
    internal CancellationTokenSource? End()
    {
        CancellationTokenSource? theirs;
        lock (_lock)
        {
            (_isOver, theirs) = (true, _ended);
        }

        _closing.Cancel();
        return theirs;
    }
}

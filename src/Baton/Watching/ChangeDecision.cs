namespace Baton.Watching;

/// <summary>Decides when a change is worth a restart. It knows neither files nor clocks.</summary>
/// <param name="running">The content that this process has started with.</param>
/// <param name="quiet">How long the content must stay the same.</param>
/// <param name="interval">The least time between two restarts for a change.</param>
/// <param name="started">When this process was started for a change, or might have been; null for a first start.</param>
internal sealed class ChangeDecision(string running, TimeSpan quiet, TimeSpan interval, TimeSpan? started)
{
    // A restart for it was asked. If it did not come about, the same content would fail again.
    private string? _asked;
    private string? _candidate;
    private TimeSpan _since;
    private TimeSpan? _last = started;

    /// <summary>Tells what was seen.</summary>
    /// <param name="now">The time, on any clock that does not jump.</param>
    /// <param name="content">The content.</param>
    /// <param name="serves">Whether this process serves, so that it can be restarted.</param>
    /// <returns>Whether to restart now.</returns>
    internal bool IsDue(TimeSpan now, string content, bool serves)
    {
        if (content == running || content == _asked)
        {
            _candidate = null;
            return false;
        }

        if (content != _candidate)
        {
            (_candidate, _since) = (content, now);
        }

        if (!serves || now - _since < quiet || now - _last < interval)
        {
            return false;
        }

        (_asked, _last, _candidate) = (content, now, null);
        return true;
    }
}

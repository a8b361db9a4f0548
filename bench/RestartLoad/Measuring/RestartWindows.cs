namespace RestartLoad.Measuring;

/// <summary>
/// The spans from a restart's trigger until the predecessor was gone. A request belongs to a window when the two overlap at all.
/// Windows are opened and closed in order, and never overlap each other.
/// </summary>
internal sealed class RestartWindows
{
    private readonly Lock _gate = new();
    private readonly List<(TimeSpan Begin, TimeSpan End)> _windows = [];

    public void Open(TimeSpan now)
    {
        lock (_gate)
        {
            _windows.Add((now, TimeSpan.MaxValue));
        }
    }

    public void Close(TimeSpan now)
    {
        lock (_gate)
        {
            _windows[^1] = (_windows[^1].Begin, now);
        }
    }

    /// <summary>The number, from 1, of the latest restart that the span touches; null when there is none.</summary>
    public int? Find(TimeSpan begin, TimeSpan end)
    {
        lock (_gate)
        {
            // Backwards, because a request ends close to now; it only ever looks at a few windows.
            for (int i = _windows.Count - 1; i >= 0 && _windows[i].End >= begin; i--)
            {
                if (_windows[i].Begin <= end)
                {
                    return i + 1;
                }
            }

            return null;
        }
    }
}

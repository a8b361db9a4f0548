namespace Baton.AspNetCore.Admin;

/// <summary>
/// Limits how many clients of one user follow the events. Each user has own places, so that nobody keeps another user, or root,
/// from
/// watching a restart. Safe from any thread.
/// </summary>
/// <param name="most">The limit for each user.</param>
internal sealed class StreamPlaces(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _taken = [];

    /// <returns>False if all places of the user are taken.</returns>
    internal bool TryTake(string user)
    {
        lock (_lock)
        {
            int taken = _taken.GetValueOrDefault(user);
            if (taken >= most)
            {
                return false;
            }

            _taken[user] = taken + 1;
            return true;
        }
    }

    /// <summary>Frees a place that was taken.</summary>
    internal void GiveBack(string user)
    {
        lock (_lock)
        {
            if (--_taken[user] == 0)
            {
                _taken.Remove(user);
            }
        }
    }
}

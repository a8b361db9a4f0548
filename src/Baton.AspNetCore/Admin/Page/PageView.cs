namespace Baton.AspNetCore.Admin.Page;

/// <summary>The data of one rendering of the page.</summary>
/// <param name="Status">The status of the service.</param>
/// <param name="Now">The time of the status.</param>
internal sealed record PageView(RestartStatus Status, DateTimeOffset Now)
{
    private const int MostRestarts = 10;

    /// <summary>The processes that end, but still have work, or could take over again.</summary>
    internal IEnumerable<GenerationStatus> Departing => Status.Generations.Where(g => StatusText.IsLeaving(g.State));

    /// <summary>The last restarts, newest first, as many as fit a screen.</summary>
    internal IEnumerable<RestartRecord> Restarts => Status.LastRestarts.OrderByDescending(r => r.AskedAt).Take(MostRestarts);
}

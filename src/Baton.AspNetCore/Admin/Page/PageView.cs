namespace Baton.AspNetCore.Admin.Page;

/// <summary>What one rendering of the page is made of.</summary>
/// <param name="Status">What the process says of the service.</param>
/// <param name="Now">When it said so.</param>
internal sealed record PageView(RestartStatus Status, DateTimeOffset Now)
{
    private const int MostRestarts = 10;

    /// <summary>The processes on their way out that still have something to do, or could take over again.</summary>
    internal IEnumerable<GenerationStatus> Departing => Status.Generations.Where(g => StatusWords.IsLeaving(g.State));

    /// <summary>The last ones first, at most as many as fit a screen.</summary>
    internal IEnumerable<RestartRecord> Restarts => Status.LastRestarts.OrderByDescending(r => r.AskedAt).Take(MostRestarts);
}

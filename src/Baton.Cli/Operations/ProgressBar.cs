namespace Baton.Cli.Operations;

/// <summary>Ten cells that show a share.</summary>
internal static class ProgressBar
{
    private const int Cells = 10;

    /// <param name="isUnicode">Whether the terminal shows blocks.</param>
    /// <param name="share">0 to 1; what is beyond counts as 0 or 1.</param>
    internal static string Of(bool isUnicode, double share)
    {
        int done = (int)(Math.Clamp(share, 0, 1) * Cells);
        return new string(isUnicode ? '█' : '#', done) + new string(isUnicode ? '░' : '.', Cells - done);
    }

    /// <summary>How much of the probation is over, and what the old process still has open.</summary>
    internal static string OfProbation(bool isUnicode, TimeSpan since, TimeSpan limit, GenerationStatus? old)
    {
        TimeSpan left = limit - since;
        string time = left > TimeSpan.Zero ? $"{Wording.Of(left)} left" : "waits for the new process";
        string open = old is null ? "" : $"; {ProgressText.OpenWork(old)}";
        return $"{Of(isUnicode, limit == TimeSpan.Zero ? 1 : since / limit)}  {time}{open}";
    }
}

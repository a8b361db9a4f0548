namespace RestartLoad.Releases;

/// <summary>How the restart into a release ended.</summary>
internal enum ReleaseOutcome
{
    /// <summary>Nothing was heard of an end.</summary>
    Unknown,

    /// <summary>It took over and passed its probation.</summary>
    Serves,

    /// <summary>It never served; its predecessor kept serving.</summary>
    BacksOut,

    /// <summary>It served, and its predecessor took over again.</summary>
    RollsBack,

    /// <summary>The restart was not begun.</summary>
    IsRefused,
}

/// <summary>The words for them on the command line and in the report.</summary>
internal static class ReleaseOutcomes
{
    private static readonly Dictionary<string, ReleaseOutcome> Words = new(StringComparer.Ordinal)
    {
        ["serves"] = ReleaseOutcome.Serves,
        ["backs-out"] = ReleaseOutcome.BacksOut,
        ["rolls-back"] = ReleaseOutcome.RollsBack,
        ["is-refused"] = ReleaseOutcome.IsRefused,
    };

    public static string Known { get; } = string.Join(", ", Words.Keys);

    public static ReleaseOutcome? Find(string word) => Words.TryGetValue(word, out ReleaseOutcome outcome) ? outcome : null;

    public static string WordOf(ReleaseOutcome outcome) => Words.FirstOrDefault(word => word.Value == outcome).Key ?? "unknown";
}

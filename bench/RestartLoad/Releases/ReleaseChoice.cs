namespace RestartLoad.Releases;

/// <summary>A release to restart into, and how that is to end; written <c>PATH=OUTCOME</c>.</summary>
/// <param name="Path">The directory, or the single file, that the link is to lead to.</param>
/// <param name="Expected">What the report compares with.</param>
internal sealed record ReleaseChoice(string Path, ReleaseOutcome Expected)
{
    /// <summary>As people call it: the last part of its path.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <exception cref="FormatException">Written otherwise, or nothing is there.</exception>
    public static ReleaseChoice Parse(string text)
    {
        int separator = text.LastIndexOf('=');
        if (separator <= 0 || ReleaseOutcomes.Find(text[(separator + 1)..]) is not { } expected)
        {
            throw new FormatException($"'{text}' is not PATH=OUTCOME with OUTCOME one of {ReleaseOutcomes.Known}.");
        }

        string path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(text[..separator]));
        return System.IO.Path.Exists(path) ? new ReleaseChoice(path, expected) : throw new FormatException($"'{path}' does not exist.");
    }
}

/// <summary>What to restart into, one after the other.</summary>
/// <param name="Link">The symbolic link through which the service is started; switched before each restart.</param>
/// <param name="Choices">At least one.</param>
internal sealed record ReleasePlan(CurrentLink Link, IReadOnlyList<ReleaseChoice> Choices);

using System.CommandLine;
using RestartLoad.Releases;
using static RestartLoad.CommandLine.OptionFactory;

namespace RestartLoad.CommandLine;

/// <summary>The options of a run that restarts into named releases.</summary>
internal sealed class ReleaseOptions
{
    private readonly Option<ReleaseChoice[]> _releases = new("--release")
    {
        Description = "PATH=OUTCOME: restart into this release, and fail if it ends otherwise; may be repeated, instead of --restarts. "
            + $"Outcomes: {ReleaseOutcomes.Known}",
        CustomParser = static result => Each(result, ReleaseChoice.Parse),
    };

    private readonly Option<CurrentLink?> _current =
        Parsed("--current", "The symbolic link through which the service is started; switched to each --release before its restart", CurrentLink.Parse);

    public IReadOnlyList<Option> All => [_releases, _current];

    /// <summary>Null when there are none.</summary>
    /// <exception cref="FormatException">The options do not fit together.</exception>
    public ReleasePlan? Read(ParseResult parsed, bool isStarted, bool hasRestarts) =>
        (parsed.GetValue(_releases) ?? [], parsed.GetValue(_current)) switch
        {
            ([], null) => null,
            ([], _) or (_, null) => throw new FormatException("--release and --current go together."),
            _ when !isStarted => throw new FormatException("--release needs the service's command after --, as its log tells how a restart ends."),
            _ when hasRestarts => throw new FormatException("--restarts and --release exclude each other: each release is one restart."),
            var (choices, link) => new ReleasePlan(link, choices),
        };
}

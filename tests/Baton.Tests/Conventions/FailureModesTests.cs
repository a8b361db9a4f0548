using System.Text.RegularExpressions;
using Baton.Tests.Support;

namespace Baton.Tests.Conventions;

/// <summary>docs/failure-modes.md names a test for each row, and a row for each reason.</summary>
public sealed partial class FailureModesTests
{
    private static readonly string Page = Repository.Read("docs/failure-modes.md");

    [Fact]
    public void FailureModes_NameTestsThatExist()
    {
        string sources = string.Concat(Repository.SourceFiles("tests").Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).Select(Repository.Read));
        string[] missing = [.. TestName().Matches(Page).Where(m => !Exists(m, sources)).Select(m => m.Value)];

        Assert.Empty(missing);
    }

    [Fact]
    public void FailureModes_HaveARowForEachReason()
    {
        // The successor's own view of a predecessor that is gone: it never reaches who asked for a restart.
        IEnumerable<RestartFailure> reasons = Enum.GetValues<RestartFailure>().Except([RestartFailure.PeerLost]);

        Assert.All(reasons, r => Assert.Contains($"`{r}`", Page, StringComparison.Ordinal));
    }

    private static bool Exists(Match name, string sources) =>
        sources.Contains($"class {name.Groups["class"].Value}", StringComparison.Ordinal)
        && (!name.Groups["method"].Success || sources.Contains($" {name.Groups["method"].Value}(", StringComparison.Ordinal));

    [GeneratedRegex(@"`(?<class>[A-Z]\w+Tests)(\.(?<method>\w+))?`")]
    private static partial Regex TestName();
}

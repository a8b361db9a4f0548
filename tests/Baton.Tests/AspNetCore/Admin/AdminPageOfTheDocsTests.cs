using System.Text.RegularExpressions;
using Baton.AspNetCore.Admin;
using Baton.Control;
using Baton.Tests.Support;

namespace Baton.Tests.AspNetCore.Admin;

/// <summary>docs/admin.md has every failure and every rule, as they are.</summary>
public partial class AdminPageOfTheDocsTests
{
    private static string Page => Repository.Read("docs/admin.md");

    public static TheoryData<string> Failures => [.. Enum.GetNames<RestartFailure>(), nameof(AnswerFailure.TimedOut), nameof(AnswerFailure.NotAllowed)];

    [Theory]
    [MemberData(nameof(Failures))]
    public void Page_HasTheStatusOfEachFailure(string failure)
    {
        AnswerFailure of = Enum.TryParse(failure, out RestartFailure reason) ? AnswerFailure.Of(reason)
            : failure == nameof(AnswerFailure.TimedOut) ? AnswerFailure.TimedOut
            : AnswerFailure.NotAllowed;
        int status = AdminProblem.Of("restart", of, "", record: null).Status;
        Assert.Contains(Rows().Matches(Page), row => row.Groups["status"].Value == $"{status}" && row.Groups["failures"].Value.Contains($"`{failure}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Page_HasEachRuleAndNoOther()
    {
        IEnumerable<string> inCode = Rule().Matches(Repository.Read("src/Baton.AspNetCore/Admin/AdminRules.cs")).Select(m => m.Groups["rule"].Value);
        IEnumerable<string> onPage = RuleRow().Matches(Page[Page.IndexOf("## Who may", StringComparison.Ordinal)..]).SelectMany(m => m.Groups["rules"].Value.Split(", ")).Select(r => r.Trim('`')).Where(r => r != "rule");
        Assert.Equal(inCode.Distinct().Order(), onPage.Order());
    }

    [GeneratedRegex(@"^\| (?<status>\d{3}) \| (?<failures>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex("""new\(\s*"(?<rule>[a-z-]+)",\s""")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^\| (?<rules>`[a-z-]+`(, `[a-z-]+`)*) \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex RuleRow();
}

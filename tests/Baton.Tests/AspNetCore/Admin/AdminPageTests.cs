using System.Text.RegularExpressions;
using Baton.AspNetCore.Admin.Page;

namespace Baton.Tests.AspNetCore.Admin;

public class AdminPageTests
{
    private const string Address = "http://127.0.0.1:8080/debug/admin";

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\" onmouseover=\"alert(1)")]
    [InlineData("' onmouseover='alert(1)")]
    [InlineData("</title></pre><img src=x onerror=alert(1)>")]
    [InlineData("&lt;b&gt; &amp;")]
    public void Page_WithMarkupInEveryText_HasNoneOfIt(string hostile)
    {
        string harmless = Skeleton(Render(Statuses.Of("harmless"), "harmless"));
        Assert.Equal(harmless, Skeleton(Render(Statuses.Of(hostile), hostile)));
    }

    [Fact]
    public void Page_WithTextThatTurnsTheDirection_ShowsTheSignInstead()
    {
        string page = Render(Statuses.Of("/srv/\u202Egnp.exe\u2066"), "/srv/\u202E");
        Assert.DoesNotContain(page, c => c is '\u202E' or '\u2066');
        Assert.DoesNotContain("202E", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("/srv/\uFFFDgnp.exe", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_OfASecondCopy_SaysWhichServicesWait()
    {
        Assert.DoesNotContain("Does not run here", Render(Statuses.Of("harmless") with { WaitingServices = [] }), StringComparison.Ordinal);
        string page = Render(Statuses.Of("harmless") with { WaitingServices = [new WaitingService("<Ticker>", "process 12 has /x")] });
        Assert.Contains("<li><bdi>&lt;Ticker&gt;: process 12 has /x</bdi></li>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_HasNoMarkupThatItsPolicyForbids() =>
        Assert.DoesNotMatch(new Regex(@"<[^>]*\s(style|on\w+)\s*=|<style|<script(?! src=)|javascript:|https?://(?!127\.0\.0\.1)", RegexOptions.IgnoreCase), Render(Statuses.Of("harmless")));

    [Theory]
    [InlineData("http://127.0.0.1:8080/debug/admin", "./admin/admin.css?v=")]
    [InlineData("http://127.0.0.1:8080/debug/admin/", "./admin.css?v=")]
    [InlineData("http://127.0.0.1:8080/behind/proxy/a%22b", "./a%22b/admin.css?v=")]
    [InlineData("http://127.0.0.1:8080/", "./admin.css?v=")]
    public void Page_AsksForWhatLiesBelowIt(string address, string style) =>
        Assert.Contains($"href=\"{style}", AdminPage.Render(Statuses.Serving, Statuses.Now, address, []), StringComparison.Ordinal);

    [Fact]
    public void Sections_AreTheSameInThePageAndInWhatTheScriptPutsIn()
    {
        string page = Render(Statuses.Of("harmless"));
        Assert.All(AdminSections.Render(Statuses.Of("harmless"), Statuses.Now), section =>
        {
            Assert.Contains(section.Value, page, StringComparison.Ordinal);
            Assert.Single(Regex.Matches(page, $"id=\"{section.Key}\""));
        });
    }

    [Fact]
    public void Page_OfEveryState_CanBeRendered() =>
        Assert.All(Enum.GetValues<ProcessState>(), state => Assert.Contains(StateText.Of(state), Render(Statuses.Serving with { State = state }), StringComparison.Ordinal));

    [Fact]
    public void Failures_EachHaveWordsOfTheirOwn()
    {
        RestartFailure[] all = Enum.GetValues<RestartFailure>();
        Assert.Equal(all.Length, all.Select(f => StateText.Of(f)).Distinct().Count());
        Assert.DoesNotContain(StateText.Of((RestartFailure)(-1)), all.Select(f => StateText.Of(f)));
    }

    [Theory]
    [InlineData(ProcessState.Serving, true, true)]
    [InlineData(ProcessState.OnProbation, true, true)]
    [InlineData(ProcessState.HandedOver, true, true)]
    [InlineData(ProcessState.Restarting, false, true)]
    [InlineData(ProcessState.Starting, false, true)]
    [InlineData(ProcessState.Draining, false, false)]
    [InlineData(ProcessState.ShuttingDown, false, false)]
    public void Actions_AreOfferedWhereTheyMakeSense(ProcessState state, bool restart, bool shutdown)
    {
        string actions = AdminSections.Render(Statuses.Serving with { State = state }, Statuses.Now)["actions"];
        Assert.Equal(restart, IsOffered(actions, "restart"));
        Assert.Equal(shutdown, IsOffered(actions, "shutdown"));
        Assert.False(IsOffered(actions, "force"));
    }

    [Fact]
    public void Force_IsOfferedWhenAnOlderProcessIsOnItsWayOut()
    {
        RestartStatus status = Statuses.Serving with { Generations = [Statuses.Generation(4711, 2, ProcessState.Serving), Statuses.Generation(4710, 1, ProcessState.Draining)] };
        Assert.True(IsOffered(AdminSections.Render(status, Statuses.Now)["actions"], "force"));
        Assert.Contains("process 4710, generation 1: 0 requests, 0 connections", AdminSections.Render(status, Statuses.Now)["cut"], StringComparison.Ordinal);
    }

    [Fact]
    public void Successor_OnProbation_ComesFirstThoughThePredecessorAnswers()
    {
        RestartStatus status = Statuses.Serving with
        {
            State = ProcessState.HandedOver,
            SuccessorPid = 4712,
            Successor = Statuses.Generation(4712, 3, ProcessState.OnProbation) with { Version = "2.0", RequestCount = 7 },
            Generations = [Statuses.Generation(4711, 2, ProcessState.HandedOver)],
        };
        IReadOnlyDictionary<string, string> sections = AdminSections.Render(status, Statuses.Now);

        Assert.Matches(@"<h1>.*2\.0.*</h1>\s*<p><span class=""badge busy"">Serving, on probation", sections["service"]);
        Assert.Contains("<dt>Process</dt><dd>4712</dd>", sections["service"], StringComparison.Ordinal);
        Assert.Contains("<dt>Answered by</dt><dd>process 4711</dd>", sections["service"], StringComparison.Ordinal);
        Assert.Equal(["4712", "4711"], Regex.Matches(sections["generations"], "<dt>Process</dt><dd>(?<pid>[0-9]+)</dd>").Select(m => m.Groups["pid"].Value));
        Assert.Matches("<dt>Version</dt><dd><bdi>2\\.0</bdi>", sections["generations"]);
        Assert.Contains("<dt>Requests</dt><dd>7</dd>", sections["generations"], StringComparison.Ordinal);
    }

    [Fact]
    public void Failure_IsLoudUntilALaterRestartHasComeAbout()
    {
        RestartRecord failed = Statuses.Record(("spawn", 10)) with { Failure = RestartFailure.SpawnFailed, Explanation = "no such file" };
        var loud = AdminSections.Render(Statuses.Serving with { LastRestarts = [failed] }, Statuses.Now);
        Assert.Contains("no such file", loud["alarm"], StringComparison.Ordinal);
        Assert.Empty(loud["failure"]);

        var past = AdminSections.Render(Statuses.Serving with { LastRestarts = [Statuses.Record(("spawn", 10), ("commit", 1)) with { AskedAt = Statuses.Now }, failed] }, Statuses.Now);
        Assert.Empty(past["alarm"]);
        Assert.Contains("no such file", past["failure"], StringComparison.Ordinal);
        Assert.Contains("1 restart has come about since.", past["failure"], StringComparison.Ordinal);
    }

    private static string Render(RestartStatus status, params string[] directories) => AdminPage.Render(status, Statuses.Now, Address, directories);

    private static bool IsOffered(string actions, string name) => !Regex.Match(actions, $"<button[^>]*data-dialog=\"{name}\"[^>]*>").Value.Contains(" disabled", StringComparison.Ordinal);

    /// <summary>The tags and the names of their attributes: what a browser would make of it, without any value.</summary>
    private static string Skeleton(string page) =>
        string.Join('\n', Regex.Matches(page, "<(?:[^<>\"]|\"[^\"]*\")*>").Select(tag => Regex.Replace(tag.Value, "\"[^\"]*\"", "\"\"")));
}

using System.Text.Json;
using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Tests.Support;

namespace Baton.Cli.Tests;

/// <summary>Whose service a name means, on a machine where another user gives his the same name.</summary>
public sealed class OwnerTests : IDisposable
{
    private static readonly string Alice = ServiceUser.NameOf(AsUser.Alice);

    private readonly Support.Cli _cli = new() { OwnerOf = pid => pid is 4711 or 4650 ? 0u : pid == 88 ? AsUser.Alice : null };

    public OwnerTests() => AsUser.OpenToAll(_cli.Directory);

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("restart", "shop")]
    [InlineData("restart")]
    [InlineData("restart", "4711")]
    [InlineData("restart", "4650")] // of the draining one, which the other user's service claims as well
    public async Task Command_OfRoot_IsForRootsServiceAlone(params string[] args)
    {
        await using FakeService alices = Fake(Samples.Service("shop", 88) with { Generations = [Samples.Generation(4711, 3, ProcessState.Serving), Samples.Generation(4650, 2, ProcessState.Draining)] });
        await using FakeService roots = new(_cli.Directory, Samples.Shop with { Generations = [Samples.Generation(4711, 3, ProcessState.Serving), Samples.Generation(4650, 2, ProcessState.Draining)] });

        Assert.Equal(ExitCode.Done, (await _cli.RunAsync(args)).ExitCode);
        Assert.Single(roots.Requests);
        Assert.Empty(alices.Requests);
    }

    [Theory]
    [InlineData("restart", "shop")]
    [InlineData("restart")]
    public async Task Command_OfRootWithoutAServiceOfRoot_TellsOfTheOtherAndDoesNothing(params string[] args)
    {
        await using FakeService alices = Fake(Samples.Service("shop", 88));
        CliResult result = await _cli.RunAsync(args);
        Assert.Equal(ExitCode.NotFound, result.ExitCode);
        Assert.Contains($"say whose you mean (--user NAME), or the pid:\n  shop, pid 88, user {Alice}, Serving, {alices.Socket}", result.Error, StringComparison.Ordinal);
        Assert.Empty(alices.Requests);
    }

    [Theory]
    [InlineData("restart", "shop", "--user", "61001")]
    [InlineData("restart", "--user", "61001")]
    [InlineData("restart", "88")] // the kernel says whose process that is
    [InlineData("restart", "--socket", "SOCKET")]
    public async Task Command_OfRootThatSaysWhose_IsForThatService(params string[] args)
    {
        await using FakeService roots = new(_cli.Directory, Samples.Shop);
        await using FakeService alices = Fake(Samples.Service("shop", 88));
        Assert.Equal(ExitCode.Done, (await _cli.RunAsync([.. args.Select(a => a.Replace("SOCKET", alices.Socket, StringComparison.Ordinal))])).ExitCode);
        Assert.Single(alices.Requests);
        Assert.Empty(roots.Requests);
    }

    [Theory]
    [InlineData("restart", "shop", "--user", "61001")]
    [InlineData("restart", "--socket", "SOCKET")]
    [InlineData("restart", "4711")]
    public async Task Service_ThatClaimsAProcessOfAnotherUser_IsNotBelieved(params string[] args)
    {
        await using FakeService liar = Fake(Samples.Shop);
        CliResult result = await _cli.RunAsync([.. args.Select(a => a.Replace("SOCKET", liar.Socket, StringComparison.Ordinal))]);
        Assert.Contains(result.ExitCode, (int[])[ExitCode.NotFound, ExitCode.Refused]);
        Assert.Contains("user 61001, who listens there, claims process 4711, which is of user 0", result.Error, StringComparison.Ordinal);
        Assert.Empty(liar.Requests);
    }

    [Fact]
    public async Task Socket_OfAnotherUserThanSaid_IsNotBelieved()
    {
        await using FakeService alices = Fake(Samples.Service("shop", 88));
        CliResult result = await _cli.RunAsync("restart", "--socket", alices.Socket, "--user", "0");
        Assert.Equal((ExitCode.Refused, $"{alices.Socket} is not believed: a process of user 61001 listens there, not of user 0.\n"), (result.ExitCode, result.Error));
        Assert.Empty(alices.Requests);
    }

    // The path of a directory that the other user may change leads to root's service first, and then to his own.
    [Fact]
    public async Task Path_ThatLeadsElsewhereAfterTheLookAround_IsNotFollowed()
    {
        await using FakeService roots = new(_cli.Directory, Samples.Shop);
        FakeService? alices = null;
        roots.AfterStatus(1, () =>
        {
            roots.StopListening();
            File.Delete(roots.Socket);
            alices = Fake(Samples.Shop, "shop");
        });

        CliResult result = await _cli.RunAsync("restart", "shop");
        Assert.Equal(ExitCode.Refused, result.ExitCode);
        Assert.Contains("is not believed: a process of user 61001 listens", result.Error, StringComparison.Ordinal);
        Assert.Empty(alices!.Requests);
        await alices.DisposeAsync();
    }

    [Fact]
    public async Task List_ShowsWhoseTheyAre_AndMergesNothingOfTwoUsers()
    {
        await using FakeService roots = new(_cli.Directory, Samples.Service("shop", 90));
        await using FakeService alices = Fake(Samples.Service("shop", 90));
        string[] lines = (await _cli.RunAsync("list")).Output.TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.EndsWith(" root", lines[1], StringComparison.Ordinal);
        Assert.EndsWith($" {Alice}", lines[2], StringComparison.Ordinal);
        Assert.Single((await _cli.RunAsync("list", "--user", "root")).Output.TrimEnd().Split('\n').Skip(1));

        using JsonDocument json = JsonDocument.Parse((await _cli.RunAsync("list", "--json")).Output);
        Assert.Equal([0, 61001], json.RootElement.GetProperty("services").EnumerateArray().Select(s => s.GetProperty("uid").GetInt32()));
    }

    [Fact]
    public async Task Another_SilentService_DoesNotHoldUpRoot()
    {
        await using FakeService roots = new(_cli.Directory, Samples.Shop);
        await using FakeService silent = Fake(Samples.Service("shop", 88), silent: true);
        Assert.Equal(ExitCode.Done, (await _cli.RunAsync("restart", "shop")).ExitCode);
    }

    [Fact]
    public async Task User_ThatThereIsNot_IsWrongUsage() =>
        Assert.Equal(new CliResult(ExitCode.Usage, "", "There is no user nobody-at-all on this machine.\n"), await _cli.RunAsync("list", "--user", "nobody-at-all"));

    [Fact]
    public async Task Completion_OfRoot_HasNamesOfRootsServicesAndPidsOfOthers()
    {
        await using FakeService roots = new(_cli.Directory, Samples.Shop);
        await using FakeService alices = Fake(Samples.Service("shop", 88));
        Assert.Equal(["88", "shop"], (await _cli.RunAsync("__complete", "13", "baton status ")).Output.Split('\n').Select(l => l.Split('\t')[0]).Where(w => w is "88" or "shop" or "4711").Order());
    }

    [Theory]
    [InlineData("shop", 88)]
    [InlineData("cart", 99)]
    public async Task Name_OfAnotherUser_MeansItsOwnServiceAndThenRoots(string name, int pid)
    {
        await using FakeService rootsShop = new(_cli.Directory, Samples.Shop);
        await using FakeService rootsCart = new(_cli.Directory, Samples.Service("cart", 99));
        await using FakeService alices = Fake(Samples.Service("shop", 88));
        FoundService found = await new ServiceChoice(_cli.CliEnvironment with { UserId = AsUser.Alice }, user: null).MakeAsync(name, TestContext.Current.CancellationToken);
        Assert.Equal(pid, found.Status.Pid);
    }

    private FakeService Fake(RestartStatus status, string? file = null, bool silent = false) =>
        new(_cli.Directory, status, file ?? $"{status.Name}-61001", AsUser.Alice) { IsSilent = silent };
}

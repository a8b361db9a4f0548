using System.Text.Json;
using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Tests.Support;

namespace Baton.Cli.Tests;

/// <summary><c>baton doctor</c>, <c>history</c> and <c>logs</c>: what somebody looks at when a service misbehaves.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly Support.Cli _cli = new();
    private readonly string _root = Directory.CreateTempSubdirectory("baton-root-").FullName;

    public void Dispose()
    {
        Directory.Delete(_root, recursive: true);
        _cli.Dispose();
    }

    [Fact]
    public async Task Doctor_OfAHealthyService_FindsNothing()
    {
        await using FakeService service = new(_cli.Directory, Samples.Shop with { Program = "/bin/sh" });

        CliResult result = await _cli.RunAsync("doctor", "shop");

        Assert.Equal((ExitCode.Done, ""), (result.ExitCode, result.Error));
        Assert.Equal("✓ shop: process 4711, generation 3, answers: Serving\n✓ shop: the next restart starts /bin/sh\n", result.Output);
    }

    [Fact]
    public async Task Doctor_NamesEachFaultAndTheCommandThatMendsIt()
    {
        string release = Path.Combine(_root, "current");
        _ = File.CreateSymbolicLink(release, Path.Combine(_root, "releases/42"));
        File.SetUnixFileMode(_cli.Directory, (UnixFileMode)0b111_101_101);
        string pidFile = Path.Combine(_root, "shop.pid");
        await File.WriteAllTextAsync(pidFile, "1\n", TestContext.Current.CancellationToken);
        await using FakeService service = new(_cli.Directory, Samples.Shop with
        {
            Program = Path.Combine(release, "Shop"),
            NameHeldBy = 99,
            LastRestarts = [Samples.Record(RestartFailure.SuccessorFailed, Samples.Reason)],
            Generations = [Samples.Generation(4711, 3, ProcessState.Serving), Samples.Generation(4650, 2, ProcessState.Draining, connections: 2)],
        });

        CliResult result = await _cli.RunAsync("doctor", "shop", "--pid-file", pidFile);

        Assert.Equal(ExitCode.Failed, result.ExitCode);
        Assert.Contains($"the directory {_cli.Directory} has mode 755, it must be 700.\n  Do: chmod 700 {_cli.Directory}", result.Output, StringComparison.Ordinal);
        Assert.Contains($"{release} is a link to {Path.Combine(_root, "releases/42")}, which is not there", result.Output, StringComparison.Ordinal);
        Assert.Contains("two services have this name: process 99 holds it", result.Output, StringComparison.Ordinal);
        Assert.Contains("the last restart failed: SuccessorFailed", result.Output, StringComparison.Ordinal);
        Assert.Contains("process 4650, generation 2, still finishes 2 connections, without a limit\n  Do: wait, or cut it: baton force shop", result.Output, StringComparison.Ordinal);
        Assert.Contains($"{pidFile} names 1, and process 4711 serves", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_OfAServiceThatHangs_NamesItAndSaysSoInJson()
    {
        await using FakeService service = new(_cli.Directory, Samples.Shop) { IsSilent = true };

        CliResult result = await _cli.RunAsync("doctor", "--json");

        Assert.Equal(ExitCode.Failed, result.ExitCode);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement finding = Assert.Single(json.RootElement.GetProperty("findings").EnumerateArray());
        Assert.Equal((false, service.Socket), (finding.GetProperty("isGood").GetBoolean(), finding.GetProperty("about").GetString()));
        Assert.Contains("if it hangs for good: kill -KILL", finding.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_WithoutAService_SaysSo()
    {
        await File.WriteAllTextAsync(Path.Combine(_cli.Directory, "gone.sock"), "", TestContext.Current.CancellationToken);
        CliResult result = await _cli.RunAsync("doctor", "shop");
        Assert.Equal(ExitCode.Failed, result.ExitCode);
        Assert.Contains("No service shop of yours is running", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("main", "MainPID=4711\nNotifyAccess=all\nType=notify\n", true, "is the main process of the systemd unit shop.service")]
    [InlineData("main", "MainPID=4711\nNotifyAccess=main\nType=notify\n", false, "has NotifyAccess=main")]
    [InlineData("main", "MainPID=12\nNotifyAccess=all\nType=notify\n", false, "systemd takes process 12 for the main process of shop.service")]
    [InlineData("user", null, true, "runs in the systemd unit shop.service")]
    public async Task Doctor_OfAUnit_KnowsWhomSystemdFollows(string manager, string? answer, bool isGood, string said)
    {
        Write("proc/4711/cgroup", manager == "user" ? "0::/user.slice/user@1000.service/app.slice/shop.service\n" : "0::/system.slice/shop.service\n");
        await using FakeService service = new(_cli.Directory, Samples.Shop with { Program = "" });
        IReadOnlyList<string> asked = [];
        CliEnvironment environment = _cli.CliEnvironment with { Root = _root, Ask = (_, arguments) => { asked = arguments; return answer; } };

        CliResult result = await _cli.RunAsync(environment, "doctor", "shop");

        Assert.Equal(isGood ? ExitCode.Done : ExitCode.Failed, result.ExitCode);
        Assert.Contains(said, result.Output, StringComparison.Ordinal);
        Assert.Equal(manager == "user", asked[0] == "--user");
    }

    [Fact]
    public async Task History_ShowsEveryRestartWithItsPhases()
    {
        RestartRecord[] records = [.. Enumerable.Range(0, 5).Select(i => Samples.Record(askedAt: Samples.Now.AddMinutes(i)))];
        await using FakeService service = new(_cli.Directory, Samples.Shop with { LastRestarts = records });

        CliResult result = await _cli.RunAsync("history", "shop");

        Assert.Equal(5, result.Output.Split("spawn 200 ms, commit 100 ms, probation 4.3 s").Length - 1);
        Assert.StartsWith("  2026-11-21 12:04:00Z  done in 4.6 s: generation 4, process 4735\n", result.Output, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse((await _cli.RunAsync("history", "--json")).Output);
        Assert.Equal(5, json.RootElement.GetProperty("restarts").GetArrayLength());
        service.Status = Samples.Shop;
        Assert.Equal("shop has not been restarted yet.\n", (await _cli.RunAsync("history")).Output);
    }

    [Fact]
    public async Task Logs_OfAFile_AreItsLastLines()
    {
        string file = Path.Combine(_root, "shop.log");
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, 60).Select(i => $"line {i}\u001b[2J"), TestContext.Current.CancellationToken);
        await using FakeService service = new(_cli.Directory, Samples.Shop);

        Assert.Equal(
            new CliResult(ExitCode.Done, "line 59\\u001B[2J\nline 60\\u001B[2J\n", $"shop: stdout and stderr: {file}.\n"),
            await RunLogsAsync(file, file, "--lines", "2"));
    }

    [Theory]
    [InlineData("socket:[12]", "shop: stdout: the journal; see journalctl --unit shop.service.\n")]
    [InlineData("/dev/null", "shop: stdout: thrown away (/dev/null).\n")]
    [InlineData("/dev/pts/3", "shop: stdout: the terminal /dev/pts/3, which keeps nothing.\n")]
    public async Task Logs_ThatAreElsewhere_SayWhere(string target, string said)
    {
        Write("proc/4711/cgroup", "0::/system.slice/shop.service\n");
        await using FakeService service = new(_cli.Directory, Samples.Shop);
        Assert.Equal(new CliResult(ExitCode.Done, "", said), await RunLogsAsync(target, null));
    }

    [Fact] // It would wait, or take lines from its reader.
    public async Task Logs_ToAFifo_AreNotRead()
    {
        string fifo = Path.Combine(_root, "log.fifo");
        using (var made = System.Diagnostics.Process.Start("mkfifo", [fifo]))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await using FakeService service = new(_cli.Directory, Samples.Shop);
        CliResult result = await RunLogsAsync(fifo, fifo);

        Assert.Equal((ExitCode.Done, ""), (result.ExitCode, result.Output));
        Assert.Contains("another process, by a pipe", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_OfAnotherUser_AreRefused()
    {
        await using FakeService service = new(_cli.Directory, Samples.Shop);
        CliResult result = await RunLogsAsync(null, null);
        Assert.Equal(ExitCode.Refused, result.ExitCode);
        Assert.Contains("can be seen only by user", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_OfAnotherUser_IsNamedToOneWhoMayNotAskIt()
    {
        // alice (1001) cannot read the directory of user 1000, and the kernel lists its sockets all the same.
        string directory = Path.Combine(_root, "run/user/77/baton");
        _ = Directory.CreateDirectory(directory);
        Write("proc/net/unix", $"Num RefCount Protocol Flags Type St Inode Path\n0: 2 0 10000 1 01 12 {directory}/shop.sock~\n0: 2 0 10000 1 01 13 /run/other/x.sock\n");
        CliEnvironment environment = _cli.CliEnvironment with { Root = _root, Variable = _ => null, UserId = 1001 };
        uint owner = Interop.Libc.geteuid();
        Assert.SkipWhen(owner == 0 && !Chown(Path.Combine(_root, "run/user/77"), directory), "chown(1) failed");

        CommandException e = await Assert.ThrowsAsync<CommandException>(() =>
            new ServiceChoice(environment, user: null).MakeAsync("shop", TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.NotFound, e.ExitCode);
        Assert.Contains($"Other users have services, which answer only them and root:\n  shop of user ", e.Message, StringComparison.Ordinal);
        Assert.Contains($"as that user or root: baton status shop --user ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("other/x", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directory_ThatIsOpenToOthers_IsToldToTheOneWhoAsks()
    {
        File.SetUnixFileMode(_cli.Directory, (UnixFileMode)0b111_111_101);
        CliResult result = await _cli.RunAsync("status", "shop");
        Assert.Equal(ExitCode.NotFound, result.ExitCode);
        Assert.Contains(
            $"Services make no control socket there: the directory {_cli.Directory} has mode 775, it must be 700. Do: chmod 700 {_cli.Directory}",
            result.Error,
            StringComparison.Ordinal);
    }

    private static bool Chown(params IEnumerable<string> paths) => paths.All(p =>
    {
        using var chown = System.Diagnostics.Process.Start("chown", ["77", p]);
        chown.WaitForExit();
        return chown.ExitCode == 0;
    });

    private Task<CliResult> RunLogsAsync(string? output, string? error, params string[] more)
    {
        _ = Directory.CreateDirectory(Path.Combine(_root, "proc/4711/fd"));
        foreach ((int number, string? target) in ((int, string?)[])[(1, output), (2, error)])
        {
            if (target is not null)
            {
                _ = File.CreateSymbolicLink(Path.Combine(_root, $"proc/4711/fd/{number}"), target);
            }
        }

        return _cli.RunAsync(_cli.CliEnvironment with { Root = _root }, ["logs", "shop", .. more]);
    }

    private void Write(string path, string content)
    {
        string file = Path.Combine(_root, path);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}

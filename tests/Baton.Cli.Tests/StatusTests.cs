using System.Runtime.InteropServices;
using Baton.Cli.CommandLine;
using Baton.Cli.Tests.Support;

namespace Baton.Cli.Tests;

/// <summary>What people see of a service: at most 80 columns, nothing that acts on their terminal.</summary>
public sealed class StatusTests : IDisposable
{
    private readonly Support.Cli _cli = new() { Time = new PinnedTime() };

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Status_OfAServiceWhoseStateHasGoneOver_NamesItWithItsSize()
    {
        var hits = new StateStatus { Name = "hits", Version = 2, Length = 5_000_000_000 };
        await using FakeService service = new(_cli.Directory, Samples.Shop with { PassedState = [hits, hits with { Name = "cache", Length = 7 }] });
        CliResult result = await _cli.RunAsync("status", "shop");
        Assert.Contains("state       hits (5000000000 bytes), cache (7 bytes)", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OfASecondCopy_SaysWhichServicesWaitAndForWhom()
    {
        await using FakeService service = new(_cli.Directory, Samples.Shop with { WaitingServices = [new WaitingService("Ticker", "process 12 has /x")] });
        CliResult result = await _cli.RunAsync("status", "shop");
        Assert.Contains("  waits       Ticker: process 12 has /x\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ProcessState.Serving, 0)]
    [InlineData(ProcessState.OnProbation, 0)]
    [InlineData(ProcessState.Restarting, 0)]
    [InlineData(ProcessState.Starting, 1)]
    [InlineData(ProcessState.HandedOver, 1)]
    [InlineData(ProcessState.ShuttingDown, 1)]
    public async Task Status_WithServing_TellsByItsExitCodeWhetherTheServiceAccepts(ProcessState state, int exitCode)
    {
        await using FakeService service = new(_cli.Directory, Samples.Service("shop", 4711, state: state) with { RunPid = 4700 });
        CliResult result = await _cli.RunAsync("status", "shop", "--serving");
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains("  parent      baton run, process 4700\n", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _cli.RunAsync("status", "shop")).ExitCode);
    }

    [Fact]
    public async Task Status_OfAServiceThatDrains_SaysWhatAndWhy()
    {
        await using FakeService service = new(_cli.Directory, Busy);

        CliResult result = await _cli.RunAsync("status", "shop");

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Empty(result.Error);
        Assert.Equal(
            $"""
            shop 1.4.2  Restarting  pid 4711, generation 3, up 2 h 13 min
              program     /srv/shop/current/Shop
              listens on  tcp:127.0.0.1:8080, unix:/run/shop.sock
              socket      {service.Socket}

              GEN   PID  VERSION  STATE      UPTIME  CONNECTIONS  REQUESTS  DEADLINE
                4  4735  1.4.1    Starting  1 d 6 h  0                   0         -
                3  4711  1.4.1    Serving   1 d 6 h  12 http/1.1         0         -
                2  4650  1.4.1    Draining  1 d 6 h  5 http/1.1          5      41 s

            Restarting since 3.2 s, asked by SIGUSR2; now health: database: Unhealthy

            Still draining: process 4650 has 5 requests, 5 connections
                /reports/0  for 18 s
                /reports/1  for 17 s
                /reports/2  for 16 s
                and 2 more

            Last restarts
              2026-11-21 11:59:00Z  failed after 4.6 s: SuccessorFailed
                asked by baton, alice (uid 0, pid 990)
                Restart by baton (uid 0, pid 990): successor 4735 could not start:
                InvalidOperationException: no such table: orders. Process 4711 keeps
                serving.
              2026-11-21 11:00:00Z  done in 4.6 s: generation 4, process 4735
                asked by baton, alice (uid 0, pid 990)
                the old process was gone after 12 s

            """,
            result.Output);
    }

    [Fact]
    public async Task Status_WithLongWords_FitsEightyColumns()
    {
        string path = "/" + string.Join('/', Enumerable.Repeat("annual", 40));
        await using FakeService service = new(_cli.Directory, Busy with
        {
            Program = path,
            Version = "1.4.2-rc.1.abcdef",
            Listeners = [.. Enumerable.Range(0, 9).Select(i => $"tcp:127.0.0.1:{8080 + i}")],
            Generations = [Samples.Generation(471100, 12, ProcessState.OnProbation, 12345, 678) with { Requests = [new OpenRequest { Path = path, Age = TimeSpan.FromMinutes(4) }] }],
        });

        CliResult result = await _cli.RunAsync("status");

        Assert.All(result.Output.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Assert.All(result.Output.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Status_WithWordsThatActOnATerminal_ShowsThem(bool isTerminal)
    {
        using Support.Cli cli = new() { IsTerminal = isTerminal };
        await using FakeService service = new(cli.Directory, Samples.Shop with { Program = "/srv/[red]evil[/]\u001b[2J\u202e", Version = "[bold]" });

        CliResult result = await cli.RunAsync("status");

        Assert.Contains(@"/srv/[red]evil[/]\u202E", result.Output, StringComparison.Ordinal);
        Assert.Contains("[bold]", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", result.Output, StringComparison.Ordinal);
        Assert.Equal(isTerminal, result.Output.Contains('\u001b', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("NO_COLOR", "1")]
    [InlineData("TERM", "dumb")]
    [InlineData("TERM", "")]
    public async Task Status_AtATerminalThatWantsNoColour_HasNoEscapes(string variable, string value)
    {
        using Support.Cli cli = new() { IsTerminal = true };
        cli.Variables[variable] = value;
        await using FakeService service = new(cli.Directory, Busy);

        Assert.DoesNotContain('\u001b', (await cli.RunAsync("status")).Output);
        cli.Variables["TERM"] = "xterm";
        _ = cli.Variables.Remove("NO_COLOR");
        Assert.Contains('\u001b', (await cli.RunAsync("status")).Output);
        Assert.DoesNotContain('\u001b', (await cli.RunAsync("status", "--no-color")).Output);
    }

    private static RestartStatus Busy => Samples.Service("shop", 4711, 3, ProcessState.Restarting) with
    {
        Listeners = ["tcp:127.0.0.1:8080", "unix:/run/shop.sock"],
        Generations =
        [
            Samples.Generation(4711, 3, ProcessState.Serving, 12), Samples.Generation(4735, 4, ProcessState.Starting),
            Samples.Generation(4650, 2, ProcessState.Draining, 5, 5, TimeSpan.FromSeconds(41)),
        ],
        Restart = new RestartProgress
        {
            Trigger = RestartTrigger.OfSignal((PosixSignal)12), Elapsed = TimeSpan.FromSeconds(3.2), Current = PhaseName.Health.With("database: Unhealthy", TimeSpan.FromSeconds(3)),
        },
        LastRestarts = [Samples.Record(askedAt: Samples.Now.AddHours(-1)) with { GoneAfter = TimeSpan.FromSeconds(12) }, Samples.Record(RestartFailure.SuccessorFailed, Samples.Reason, Samples.Now.AddMinutes(-1))],
    };
}

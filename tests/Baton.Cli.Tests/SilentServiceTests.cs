using System.Net.Sockets;
using System.Text.Json;
using Baton.Cli.CommandLine;
using Baton.Cli.Tests.Support;

namespace Baton.Cli.Tests;

/// <summary>A service that is there and does not answer is not one that is not there: a script would start a second one.</summary>
public sealed class SilentServiceTests : IDisposable
{
    private readonly Support.Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("status", "shop")]
    [InlineData("restart", "shop")]
    [InlineData("shutdown")]
    [InlineData("status", "--socket", "SOCKET")]
    [InlineData("restart", "PID")]
    public async Task Command_ForAServiceThatHangs_HasAnExitCodeOfItsOwnAndNamesTheProcess(params string[] args)
    {
        await using FakeService shop = new(_cli.Directory, Samples.Shop) { IsSilent = true };
        string pid = $"{Environment.ProcessId}";
        string[] given = [.. args.Select(a => a.Replace("SOCKET", shop.Socket, StringComparison.Ordinal).Replace("PID", pid, StringComparison.Ordinal))];

        CliResult result = await _cli.RunAsync(given);
        Assert.Equal((ExitCode.NoAnswer, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"{shop.Socket}: No answer within 2 s; process ", result.Error, StringComparison.Ordinal);

        // A child that another test is starting has our descriptors for a moment, and is named too.
        Assert.Matches($"process {pid} runs, but does not answer[;.].*\nThe service is there", result.Error);

        JsonElement json = JsonDocument.Parse((await _cli.RunAsync([.. given, "--json"])).Output).RootElement;
        Assert.Equal((ExitCode.NoAnswer, "NoAnswer"), (json.GetProperty("exitCode").GetInt32(), json.GetProperty("failure").GetString()));
        Assert.Contains(json.GetProperty("processes").EnumerateArray(), process => process.GetProperty("pid").GetInt32() == Environment.ProcessId);
    }

    [Fact]
    public async Task Command_ForAServiceThatAcceptsNoConnection_IsTheSame()
    {
        await using FakeService shop = new(_cli.Directory, Samples.Shop, backlog: 0);
        shop.Pause();
        using var waiting = new FullBacklog(shop.Socket);

        CliResult result = await _cli.RunAsync("status", "shop");
        Assert.Equal(ExitCode.NoAnswer, result.ExitCode);
        Assert.Contains($"process {Environment.ProcessId} runs, but does not answer", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_OnlyOneThatHangs_DoesNotSayThatNoneRuns()
    {
        await using FakeService shop = new(_cli.Directory, Samples.Shop) { IsSilent = true };
        CliResult result = await _cli.RunAsync("list");
        Assert.Equal((ExitCode.Done, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"No service of yours answers.\n{shop.Socket}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_WithoutAName_CountsTheOneThatHangs()
    {
        await using FakeService shop = new(_cli.Directory, Samples.Shop);
        await using FakeService silent = new(_cli.Directory, Samples.Service("cart", 99)) { IsSilent = true };
        CliResult result = await _cli.RunAsync("restart");
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("There are several services", result.Error, StringComparison.Ordinal);
        Assert.Empty(shop.Requests);
        Assert.Equal(ExitCode.Done, (await _cli.RunAsync("restart", "shop")).ExitCode);
    }

    [Fact]
    public async Task Restart_WhoseServiceHangsInTheMiddle_SaysThatItIsThere()
    {
        await using FakeService shop = new(_cli.Directory, Samples.Shop);
        shop.Story = async (_, answers) =>
        {
            await answers.SayAsync(Samples.Accepted);
            shop.Hangs = true;
        };
        Assert.Equal(ExitCode.NoAnswer, (await _cli.RunAsync("restart", "shop")).ExitCode);
    }

    /// <summary>Connections that nobody has taken, as many as fit.</summary>
    private sealed class FullBacklog : IDisposable
    {
        private readonly List<Socket> _clients = [];

        internal FullBacklog(string path)
        {
            while (true)
            {
                var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
                _clients.Add(client);
                try
                {
                    client.Connect(new UnixDomainSocketEndPoint(path));
                }
                catch (SocketException)
                {
                    return;
                }
            }
        }

        public void Dispose() => _clients.ForEach(c => c.Dispose());
    }
}

using System.Text;
using Baton.Control;
using Baton.Handover;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Control;

/// <summary>S6: one client, and what it can't do to others.</summary>
public sealed class ControlConnectionTests : IDisposable
{
    private readonly LifecycleFixture _process = LifecycleFixture.Serving();
    private readonly Descriptor _client;
    private readonly ControlConnection _connection;

    public ControlConnectionTests()
    {
        (Descriptor ours, _client) = UnixStream.CreatePair();
        _connection = new ControlConnection(ours, new ControlService(_process.Lifecycle, _process.Context, () => ControlSamples.Status));
        _process.Options.Control.Timeout = TimeSpan.FromMinutes(10);
    }

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Run_NoRequest_EndsAtTheLimit()
    {
        _process.Options.Control.Timeout = TimeSpan.FromMilliseconds(100);
        await RunAsync();
        Assert.Contains("\"failure\":\"BadRequest\"", Received(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_HalfARequest_EndsAtTheLimitToo()
    {
        _process.Options.Control.Timeout = TimeSpan.FromMilliseconds(100);
        Send("""{"protocol":1,"comm""");
        await RunAsync();
        Assert.Contains("No request came within 0.1 s", Received(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("{\"protocol\":7,\"command\":\"status\"}\n")]
    public async Task Run_NoRequestOfOurs_SaysSo(string text)
    {
        Send(text);
        await RunAsync();
        Assert.Contains("\"failure\":\"BadRequest\"", Received(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EndlessLine_IsRefusedBeforeItIsRead()
    {
        Task run = RunAsync();
        string endless = new('x', ControlProtocol.MaxRequestBytes + 1);
        Send(endless);
        await run;
        Assert.Contains("A line is longer than", Received(), StringComparison.Ordinal);
    }

    // The client that closes only its sending side still reads.
    [Fact]
    public async Task Run_ClientThatHasSentAll_GetsItsAnswer()
    {
        Send("{\"protocol\":1,\"command\":\"status\"}\n");
        using var end = new System.Net.Sockets.Socket(new System.Net.Sockets.SafeSocketHandle(_client.Number, ownsHandle: false));
        end.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await RunAsync();
        Assert.StartsWith("{\"kind\":\"status\"", Received(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ClientThatLeaves_EndsAndTheRestartGoesOn()
    {
        Send("{\"protocol\":1,\"command\":\"restart\"}\n");
        Task run = RunAsync();
        await AskedAsync();
        _process.Do(() => { });
        _client.Dispose();
        await run;
        Assert.Equal(ProcessState.Restarting, _process.Lifecycle.State);
        Assert.False(_process.Context.Feed.WantsReports);
    }

    // S6
    [Fact]
    public async Task Run_ClientThatDoesNotRead_IsDroppedAtTheLimit()
    {
        _process.Options.Control.Timeout = TimeSpan.FromMilliseconds(200);
        Task run = await FillAsync();
        await run.Soon();
        Assert.Contains("ControlDropped", _process.Logger.EventNames);
    }

    // S6: the limit is ten minutes, and nothing waits for it.
    [Fact]
    public async Task Finish_ClientThatDoesNotRead_IsDroppedAtOnce()
    {
        Task run = await FillAsync();
        _process.Do(_connection.Finish);
        await run.Soon();
        Assert.Contains(_process.Logger.Lines, l => l.Text.Contains("it does not read, and this process ends", StringComparison.Ordinal));
    }

    // S6
    [Fact]
    public async Task Finish_SilentClient_IsToldAndLeft()
    {
        Task run = RunAsync();
        _process.Do(_connection.Finish);
        await run;
        Assert.Contains("\"failure\":\"Stopping\"", Received(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alice, pid 77", "baton, alice (uid 7, pid 8)")]
    [InlineData("deploy of release 9", "baton, deploy of release 9 (uid 7, pid 8)")]
    [InlineData("", "baton (uid 7, pid 8)")]
    [InlineData(null, "baton (uid 7, pid 8)")]
    [InlineData("a\n[1] \u001b[31mroot", "baton, a\\u000A[1] \\u001B[31mroot (uid 7, pid 8)")]
    public void Describe_WhoAsks_IsSafeToLog(string? by, string expected) =>
        Assert.Equal(expected, ControlConnection.Describe(by, new Libc.Ucred { uid = 7, pid = 8 }).Description);

    [Theory]
    [InlineData(7, 7, true)]
    [InlineData(7, 0, true)]
    [InlineData(0, 0, true)]
    [InlineData(7, 8, false)]
    [InlineData(0, 7, false)]
    public void Allows_OurselvesAndRoot(uint own, uint peer, bool allowed) => Assert.Equal(allowed, ControlConnection.Allows(own, peer));

    /// <summary>A restart that talks far more than the client's socket holds.</summary>
    private async Task<Task> FillAsync()
    {
        Send("{\"protocol\":1,\"command\":\"restart\"}\n");
        Task run = RunAsync(soon: false);
        await AskedAsync();
        string detail = new('x', 8000);
        _process.Do(() => { });
        for (int i = 0; i < 90; i++)
        {
            string phase = $"phase {i}";

            // More at once would be held back.
            _process.Pass(ProgressThrottle.Interval);
            _process.Do(() => _process.Successor.SaysProgress(phase, detail));
        }

        return run;
    }

    // The connection's thread has posted what it was asked for.
    private async Task AskedAsync()
    {
        while (!_process.Logger.EventNames.Contains("ControlAsked") || !_process.Context.Feed.WantsReports)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
            _process.Do(() => { });
        }
    }

    private Task RunAsync(bool soon = true)
    {
        Task run = Task.Factory.StartNew(() => _connection.Run(_ => null), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return soon ? run.Soon() : run;
    }

    private void Send(string text) => UnixStream.Send(_client, Encoding.UTF8.GetBytes(text), [], Deadline.Limit);

    private string Received()
    {
        byte[] buffer = new byte[1024 * 1024];
        int read = UnixStream.Receive(_client, buffer, null, Deadline.Limit);
        return Encoding.UTF8.GetString(buffer, 0, read);
    }
}

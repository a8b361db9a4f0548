using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>C4: when a process with several servers is ready, and what becomes of one that does not come.</summary>
public class ServerRegisterTests
{
    private readonly ManualTime _time = new();
    private readonly RecordingLogger _logger = new();
    private readonly ControlLoop _loop;
    private readonly FakeProcess _process = new();
    private readonly RestarterOptions _options = new();
    private readonly ServerRegister _servers;

    public ServerRegisterTests()
    {
        _loop = new ControlLoop(_time, _logger);
        _servers = new ServerRegister(_loop, _logger, _options, _process);
    }

    [Fact]
    public async Task Ready_OnlyServer_SaysSoAtOnce()
    {
        RegisteredServer only = _servers.Add(name: null);
        Assert.True(await ReadyAsync(only));
        Assert.Equal(["ready"], _process.Said);
        Assert.Empty(_logger.Lines);
    }

    [Fact]
    public async Task Ready_OneOfTwo_DoesNotWaitAndSaysWhoIsAwaited()
    {
        (RegisteredServer first, RegisteredServer second) = (_servers.Add("s1"), _servers.Add("s2"));

        Assert.False(await ReadyAsync(first));
        Assert.Equal(["servers: waiting for server s2"], _process.Said);
        Assert.True(await ReadyAsync(second));

        Assert.Equal("ready", _process.Said[^1]);
        Assert.Single(_process.Said, "ready");
    }

    [Fact]
    public async Task Ready_InAnotherOrderThanAdded_WaitsForAll()
    {
        RegisteredServer[] servers = [_servers.Add("s1"), _servers.Add("s2"), _servers.Add("s3")];
        Assert.False(await ReadyAsync(servers[2]));
        Assert.False(await ReadyAsync(servers[0]));
        Assert.Equal(["servers: waiting for server s1, server s2", "servers: waiting for server s2"], _process.Said);
        Assert.True(await ReadyAsync(servers[1]));
    }

    [Fact]
    public async Task Add_AfterReady_FirstGeneration_ServesAtOnceAndQuietly()
    {
        await ReadyAsync(_servers.Add("s1"));
        Assert.True(await ReadyAsync(_servers.Add("s2")));
        Assert.Empty(_logger.Lines);
        Assert.Single(_process.Said, "ready");
    }

    [Fact]
    public async Task Add_AfterReady_Successor_IsWarnedOf()
    {
        _process.AwaitsCommit = true;
        await ReadyAsync(_servers.Add("s1"));
        _servers.Add("s2");
        _loop.RunDue();
        Assert.Equal(["ServerLate"], _logger.EventNames);
        Assert.StartsWith("server s2 was added", _logger.Lines[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leave_TheOneThatIsAwaited_MakesTheOthersReady()
    {
        (RegisteredServer first, RegisteredServer second) = (_servers.Add("s1"), _servers.Add("s2"));
        Assert.False(await ReadyAsync(first));
        Assert.False(_servers.Leave(second));
        _loop.RunDue();
        Assert.Equal("ready", _process.Said[^1]);
        Assert.True(_servers.Leave(first));
        Assert.False(_servers.Leave(first));
    }

    [Fact]
    public void Leave_AllBeforeTheyAreReady_SaysNothing()
    {
        _servers.Leave(_servers.Add("s1"));
        _servers.Leave(_servers.Add("s2"));
        _loop.RunDue();
        Assert.Empty(_process.Said);
    }

    [Fact]
    public async Task Ready_WithListenersThatNobodyAskedFor_WaitsForOneThatDoes()
    {
        _process.HasUnclaimedListeners = true;
        Assert.False(await ReadyAsync(_servers.Add("s1")));
        Pass(_options.LaterServerTimeout / 2);
        RegisteredServer second = _servers.Add("s2");
        Pass(_options.LaterServerTimeout);
        Assert.DoesNotContain("ready", _process.Said);

        _process.HasUnclaimedListeners = false;
        Assert.True(await ReadyAsync(second));
        Assert.Single(_process.Said, "ready");
    }

    [Fact]
    public async Task Ready_WithListenersThatNobodyEverAsksFor_WaitsNotForEver()
    {
        _process.HasUnclaimedListeners = true;
        Assert.False(await ReadyAsync(_servers.Add(name: null)));
        Assert.Equal(["servers: waiting for another server, which may use the other listeners"], _process.Said);
        Pass(_options.LaterServerTimeout);
        Assert.Equal("ready", _process.Said[^1]);
    }

    [Fact]
    public async Task Ready_WithListenersThatNobodyAskedForAndNoTimeForALaterServer_IsSaidAtOnce()
    {
        (_process.HasUnclaimedListeners, _options.LaterServerTimeout) = (true, TimeSpan.Zero);
        Assert.True(await ReadyAsync(_servers.Add(name: null)));
        Assert.Equal(["ready"], _process.Said);
    }

    [Fact]
    public async Task ReadyTimeout_WithOneThatWasNeverStarted_GivesUp()
    {
        RegisteredServer first = _servers.Add("s1");
        _servers.Add("s2");
        _servers.Add("s3").HasBegun = true;
        await ReadyAsync(first);

        Pass(_options.ReadyTimeout);

        Assert.Equal("give up: it was not ready within 60 s (waiting for server s2, which was not started, server s3)", _process.Said[^1]);
        Assert.Contains("ServersNotReady", _logger.EventNames);
    }

    [Fact]
    public async Task ReadyTimeout_AfterReadyOrShutdown_IsNoNews()
    {
        (RegisteredServer first, RegisteredServer second) = (_servers.Add("s1"), _servers.Add("s2"));
        await ReadyAsync(first);
        await ReadyAsync(second);
        Pass(_options.ReadyTimeout);
        Assert.Equal("ready", _process.Said[^1]);
    }

    [Fact]
    public async Task Fail_OfASuccessor_GivesUpTheWholeProcess()
    {
        _process.AwaitsCommit = true;
        (RegisteredServer first, RegisteredServer second) = (_servers.Add("s1"), _servers.Add("s2"));
        await ReadyAsync(first);
        Fail(second);
        Assert.DoesNotContain("give up: server s2 did not start: told to", _process.Said);

        Pass(_options.LaterServerTimeout);

        Assert.Equal("give up: server s2 did not start: told to", _process.Said[^1]);
        Assert.DoesNotContain("ready", _process.Said);
    }

    [Fact]
    public async Task Fail_OfAFirstGeneration_LetsTheOthersServeIfTheApplicationGoesOn()
    {
        (RegisteredServer first, RegisteredServer second) = (_servers.Add("s1"), _servers.Add("s2"));
        await ReadyAsync(first);
        Fail(second);
        Assert.DoesNotContain("ready", _process.Said);

        Pass(_options.LaterServerTimeout);

        Assert.Equal("ready", _process.Said[^1]);
        Assert.Contains("ServerFailed", _logger.EventNames);
    }

    [Fact]
    public void Fail_WhileTheProcessEnds_IsNoNews()
    {
        _servers.Add("s1");
        Fail(_servers.Add("s2"));
        _process.IsStarting = false;
        Pass(_options.LaterServerTimeout);
        Assert.Empty(_process.Said);
        Assert.Empty(_logger.Lines);
    }

    // Another host may be made in its place, as where a port is tried again.
    [Fact]
    public async Task Fail_OfTheOnlyServer_LeavesTheRestToItsException()
    {
        _process.AwaitsCommit = true;
        Fail(_servers.Add(name: null));
        Pass(_options.LaterServerTimeout);
        Assert.Empty(_process.Said);
        Assert.True(await ReadyAsync(_servers.Add(name: null)));
    }

    [Fact]
    public void Names_TellServersApartWhereThereAreSeveral()
    {
        RegisteredServer first = _servers.Add(name: null);
        Assert.Equal("server", first.ToString());
        Assert.True(first.IsPlain);
        Assert.Equal("server s2", _servers.Add("s2").ToString());
        Assert.Equal("server 3", _servers.Add(name: null).ToString());
        Assert.Equal("server 1", first.ToString());
        Assert.False(first.IsPlain);
    }

    private Task<bool> ReadyAsync(RegisteredServer server)
    {
        Task<bool> ready = _servers.ReadyAsync(server);
        _loop.RunDue();
        return ready.Soon();
    }

    private void Fail(RegisteredServer server)
    {
        _servers.Fail(server, "told to");
        _loop.RunDue();
    }

    private void Pass(TimeSpan time)
    {
        _time.Advance(time);
        _loop.RunDue();
    }

    private sealed class FakeProcess : IStartingProcess
    {
        public bool AwaitsCommit { get; set; }

        public bool IsStarting { get; set; } = true;

        public bool HasUnclaimedListeners { get; set; }

        internal List<string> Said { get; } = [];

        public void ServiceReady() => Said.Add("ready");

        public void ReportProgress(PhaseName phase, string detail) => Said.Add($"{phase.Text}: {detail}");

        public void GiveUp(string reason) => Said.Add($"give up: {reason}");
    }
}

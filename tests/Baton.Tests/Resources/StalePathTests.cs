using System.Net.Sockets;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Resources;

/// <summary>F13: what is at the path of a unix socket before it is bound.</summary>
public sealed class StalePathTests : IDisposable
{
    private readonly RegistryFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    // F13
    [Fact]
    public void Listen_SocketThatACrashedProcessLeft_IsTakenOver()
    {
        _fixture.LeaveStalePath();
        Assert.True(UnixPath.IsStale(_fixture.SocketPath));

        _fixture.Registry.Listen(_fixture.UnixEndPoint);

        Assert.True(RegistryFixture.Connects(_fixture.UnixEndPoint));
        Assert.Contains("StalePathTakenOver", _fixture.Logger.EventNames);
    }

    // F13, C5
    [Fact]
    public void Listen_SocketOfALivingProcess_IsLeftAlone()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(_fixture.UnixEndPoint);
        other.Listen();

        Assert.Equal(SocketError.AddressAlreadyInUse, ListenFails());
        Assert.True(RegistryFixture.Connects(_fixture.UnixEndPoint));
    }

    // F13: it lives, but is too busy to accept.
    [Fact]
    public async Task IsStale_LivingProcessWithAFullBacklog_AnswersAndSaysNo()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(_fixture.UnixEndPoint);
        other.Listen(backlog: 0);
        using var waiting = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        waiting.Connect(_fixture.UnixEndPoint);

        Task<bool> asking = Task.Run(() => UnixPath.IsStale(_fixture.SocketPath), TestContext.Current.CancellationToken);

        Assert.False(await asking.Soon());
    }

    // F13
    [Fact]
    public void Listen_AFileIsThere_IsNeverRemoved()
    {
        File.WriteAllText(_fixture.SocketPath, "precious");
        Assert.Equal(SocketError.AddressAlreadyInUse, ListenFails());
        Assert.Equal("precious", File.ReadAllText(_fixture.SocketPath));
    }

    // F13
    [Fact]
    public void Listen_ALinkToAFileIsThere_IsNeverRemoved()
    {
        string file = _fixture.SocketPath + ".target";
        File.WriteAllText(file, "precious");
        File.CreateSymbolicLink(_fixture.SocketPath, file);
        Assert.Equal(SocketError.AddressAlreadyInUse, ListenFails());
        Assert.True(Path.Exists(_fixture.SocketPath));
    }

    // F13
    [Fact]
    public void Listen_ADatagramSocketIsThere_IsLeftAlone()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        other.Bind(_fixture.UnixEndPoint);
        Assert.Equal(SocketError.AddressAlreadyInUse, ListenFails());
        Assert.True(Path.Exists(_fixture.SocketPath));
    }

    private SocketError ListenFails() => Assert.ThrowsAny<SocketException>(() => _fixture.Registry.Listen(_fixture.UnixEndPoint)).SocketErrorCode;
}

using System.Net.Sockets;
using Baton.Control;
using Baton.Interop;
using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Control;

/// <summary>S3: whom a process takes over from, and what it does where there is nobody, or somebody that it does not believe.</summary>
public sealed class TakeOverSearchTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RestarterOptions _options = new() { TakeOver = TakeOverPolicy.Auto, HandshakeTimeout = TimeSpan.FromMilliseconds(100) };

    public TakeOverSearchTests() => _options.Control.Directory = Folder;

    private string Folder => _directory.File("c");

    private string SocketPath => Path.Combine(Folder, "shop.sock");

    private string LockPath => Path.Combine(Folder, "shop.lock");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Begin_Never_LooksNowhere()
    {
        _options.TakeOver = TakeOverPolicy.Never;
        Assert.Null(Begin());
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public void Begin_NobodyThere_IsTheFirstAndHasTheName()
    {
        TakeOverSearch search = Begin()!;
        using Descriptor name = search.NameLock!;
        Assert.Null(search.Found);
        Assert.Equal(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), new LockFile(LockPath).Read());
    }

    [Fact]
    public void Begin_NobodyThereAndRequired_FailsWithThePath()
    {
        _options.TakeOver = TakeOverPolicy.Require;
        AssertFails($"nobody serves as shop: nobody listens at {SocketPath}, and TakeOver is Require");
    }

    // Two that start at the same time: only one is the first.
    [Fact]
    public void Begin_AnotherOneStarts_WaitsForItAndFails()
    {
        using Descriptor name = Begin()!.NameLock!;
        AssertFails($"process {Environment.ProcessId} has the name shop and does not listen at {SocketPath}");
    }

    [Fact]
    public void Begin_SocketThatWasLeftBehind_IsTheFirst()
    {
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Descriptor.TakeFrom(Listen()).Dispose();
        Assert.True(File.Exists(SocketPath));
        TakeOverSearch search = Begin()!;
        using Descriptor name = search.NameLock!;
        Assert.Null(search.Found);
    }

    // It has the socket, but not the whole of Baton: it never answers.
    [Fact]
    public void Begin_ProcessThatDoesNotAnswer_FailsWithinTheLimit()
    {
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _options.HookTimeout = TimeSpan.FromMilliseconds(1);
        using Socket silent = Listen();
        using TakingOver found = Begin()!.Found!;
        Assert.StartsWith("the process in charge did not answer within", Assert.Throws<RestartException>(found.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Begin_ProgramThatChecksItself_TakesOverFromNobody()
    {
        Environment.SetEnvironmentVariable(ProgramCheck.Variable, "1");
        Assert.Null(Begin());
        Assert.Null(Environment.GetEnvironmentVariable(ProgramCheck.Variable));
    }

    private TakeOverSearch? Begin() => TakeOverSearch.Begin(_options, "shop", "/srv/shop");

    private void AssertFails(string why)
    {
        TakeOverSearch search = Begin()!;
        Assert.Null(search.NameLock);
        Assert.Equal(why, Assert.Throws<RestartException>(search.Found!.Open).Message);
    }

    private Socket Listen()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(SocketPath));
        socket.Listen();
        return socket;
    }
}

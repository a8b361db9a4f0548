using System.Net.Sockets;
using Baton.Control;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Control;

/// <summary>F13, S3: which path the control socket gets.</summary>
public sealed class ControlBindingTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogger _logger = new();
    private readonly List<Socket> _bound = [];

    private string Folder => _directory.File("c");

    private string OwnPath => Path.Combine(Folder, "shop.sock");

    private string NumberedPath => Path.Combine(Folder, $"shop-{Environment.ProcessId}.sock");

    public void Dispose()
    {
        _bound.ForEach(s => s.Dispose());
        _directory.Dispose();
    }

    [Fact]
    public void Bind_NothingThere_IsForUsAlone()
    {
        Assert.Equal(OwnPath, Bind());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(OwnPath));
        Assert.Equal([OwnPath], Directory.GetFiles(Folder));
    }

    [Fact]
    public void Bind_StaleSocket_IsTakenOver()
    {
        LeaveStale(OwnPath);
        Assert.Equal(OwnPath, Bind());
        Assert.Contains(_logger.Lines, l => l.Event.Name == "StalePathTakenOver");
    }

    [Fact]
    public void Bind_DraftOfAProcessThatWasKilled_IsTakenOver()
    {
        LeaveStale(OwnPath + "~");
        Assert.Equal(OwnPath, Bind());
        Assert.Equal([OwnPath], Directory.GetFiles(Folder));
    }

    [Fact]
    public void Bind_LivingServiceOfTheSameName_LeavesItAlone()
    {
        Assert.Equal(OwnPath, Bind());
        Assert.Equal(NumberedPath, Bind());
        Assert.Contains("belong to other services", Assert.Throws<IOException>(() => Bind()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_StaleSocketOfAnEarlierProcessOfOurNumber_IsTakenOver()
    {
        Bind();
        LeaveStale(NumberedPath);
        Assert.Equal(NumberedPath, Bind());
    }

    [Fact]
    public void Bind_WhileThePredecessorHasIt_Waits()
    {
        Bind();
        Assert.Null(New().Bind(predecessor: Environment.ProcessId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bind_SomethingElseThere_IsRefused(bool link)
    {
        Assert.Null(ControlDirectory.Prepare(Folder));
        if (link)
        {
            File.CreateSymbolicLink(OwnPath, "/dev/null");
        }
        else
        {
            File.WriteAllText(OwnPath, "precious");
        }

        Assert.Contains("is there already, and no socket", Assert.Throws<IOException>(() => Bind()).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(OwnPath));
    }

    [Fact]
    public void Bind_PathTooLongForASocket_IsRefused()
    {
        var binding = new ControlBinding(Folder, new string('x', 120), Deadline.Limit, _logger);
        Assert.Contains("could not be bound", Assert.Throws<IOException>(() => binding.Bind(predecessor: null)).Message, StringComparison.Ordinal);
    }

    // Services that start at the same moment, with a stale socket before them: each has a socket of its own in the end.
    [Fact]
    public void Bind_ManyAtOnce_EachLivesAtItsPath()
    {
        LeaveStale(OwnPath);
        string?[] paths = new string?[2];
        Parallel.For(0, paths.Length, i => paths[i] = Bind());
        Assert.Equal(new[] { OwnPath, NumberedPath }.Order(), paths.Order());
        Assert.All(paths, path => Assert.False(UnixPath.IsStale(path!)));
    }

    [Theory]
    [InlineData("shop.sock", true)]
    [InlineData("shop-4711.sock", true)]
    [InlineData("shop-.sock", true)]
    [InlineData("shop-a.sock", false)]
    [InlineData("shop-admin-1.sock", false)]
    [InlineData("shopping.sock", false)]
    [InlineData("../c/shop.sock", false)]
    public void IsOurs_ByName(string file, bool ours) => Assert.Equal(ours, New().IsOurs($"{Folder}/{file}"));

    private ControlBinding New() => new(Folder, "shop", Deadline.Limit, _logger);

    private string? Bind()
    {
        if (New().Bind(predecessor: null) is not { } bound)
        {
            return null;
        }

        lock (_bound)
        {
            _bound.Add(bound.Socket);
        }

        return bound.Path;
    }

    private void LeaveStale(string path)
    {
        Assert.Null(ControlDirectory.Prepare(Folder));
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        Descriptor.TakeFrom(socket).Dispose();
    }
}

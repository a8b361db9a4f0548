using System.Net;
using System.Net.Sockets;
using Baton.Listeners;

namespace Baton.Tests.Listeners;

public class ListenerKeyTests
{
    // C2
    [Theory]
    [InlineData("127.0.0.1", 80, "tcp:127.0.0.1:80")]
    [InlineData("0.0.0.0", 0, "tcp:0.0.0.0:0")]
    [InlineData("::", 8080, "tcp:[::]:8080")]
    [InlineData("::1", 0, "tcp:[::1]:0")]
    [InlineData("fe80::1%3", 80, "tcp:[fe80::1%3]:80")]
    public void RequestOf_IpEndPoint_IsWhatWasAskedFor(string address, int port, string request) =>
        Assert.Equal(request, ListenerKey.RequestOf(new IPEndPoint(IPAddress.Parse(address), port)));

    // C3
    [Theory]
    [InlineData("/run/app.sock", "unix:/run/app.sock")]
    [InlineData("/run/../run/./app.sock", "unix:/run/app.sock")]
    [InlineData("\0abstract", "unix:@abstract")]
    public void RequestOf_UnixEndPoint_IsItsAbsolutePathOrAbstractName(string path, string request) =>
        Assert.Equal(request, ListenerKey.RequestOf(new UnixDomainSocketEndPoint(path)));

    // E5: the successor may run in another directory.
    [Fact]
    public void RequestOf_RelativePath_IsMadeAbsolute() =>
        Assert.Equal($"unix:{Path.Combine(Environment.CurrentDirectory, "app.sock")}", ListenerKey.RequestOf(new UnixDomainSocketEndPoint("app.sock")));

    // C3: a file may be called so; only a name that begins with a zero byte is abstract.
    [Fact]
    public void RequestOf_RelativePathThatLooksAbstract_IsStillAPath() =>
        Assert.NotEqual(ListenerKey.RequestOf(new UnixDomainSocketEndPoint("\0app")), ListenerKey.RequestOf(new UnixDomainSocketEndPoint("@app")));

    [Fact]
    public void RequestOf_Handle_IsItsNumber() => Assert.Equal("handle:3", ListenerKey.RequestOfHandle(3));

    [Fact]
    public void RequestOf_AnotherKindOfEndPoint_IsRefused() =>
        Assert.Throws<NotSupportedException>(() => ListenerKey.RequestOf(new DnsEndPoint("localhost", 80)));

    [Theory]
    [InlineData("tcp:127.0.0.1:80", 0)]
    [InlineData("tcp:[::]:0", 1)]
    [InlineData("tcp:[fe80::1%3]:80", 12)]
    [InlineData("unix:/run/app.sock", 0)]
    [InlineData("unix:@abstract", 2)]
    [InlineData("handle:3", 0)]
    public void Parse_ItsText_IsTheSameKey(string request, int ordinal) => AssertRoundTrip(new ListenerKey(request, ordinal));

    // C3: these names are legal, and a key that comes back as another is a listener that is bound twice.
    [Theory]
    [InlineData("unix:/run/app.sock#1", 0)]
    [InlineData("unix:/run/app.sock#1", 2)]
    [InlineData("unix:/run/app#sock", 0)]
    [InlineData("unix:@a#7", 0)]
    public void Parse_TheTextOfANameWithANumberSign_IsTheSameKey(string request, int ordinal) => AssertRoundTrip(new ListenerKey(request, ordinal));

    [Theory]
    [InlineData("tcp:[::]:0", 0, "tcp:[::]:0")]
    [InlineData("tcp:[::]:0", 1, "tcp:[::]:0#1")]
    public void ToString_Ordinal_IsShownFromTheSecondOn(string request, int ordinal, string text) =>
        Assert.Equal(text, new ListenerKey(request, ordinal).ToString());

    [Theory]
    [InlineData("unix:/run/app.sock", "/run/app.sock")]
    [InlineData("unix:@abstract", null)]
    [InlineData("tcp:127.0.0.1:80", null)]
    [InlineData("handle:3", null)]
    public void Path_OfAKey_IsThereForUnixSocketsInTheFileSystemOnly(string request, string? path) =>
        Assert.Equal(path, new ListenerKey(request, 0).Path);

    private static void AssertRoundTrip(ListenerKey key) => Assert.Equal(key, ListenerKey.Parse(key.ToString()));
}

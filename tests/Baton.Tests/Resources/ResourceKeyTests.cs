using System.Net;
using System.Net.Sockets;
using Baton.Resources;

namespace Baton.Tests.Resources;

public class ResourceKeyTests
{
    // C2
    [Theory]
    [InlineData("127.0.0.1", 80, "tcp:127.0.0.1:80")]
    [InlineData("0.0.0.0", 0, "tcp:0.0.0.0:0")]
    [InlineData("::", 8080, "tcp:[::]:8080")]
    [InlineData("::1", 0, "tcp:[::1]:0")]
    [InlineData("fe80::1%3", 80, "tcp:[fe80::1%3]:80")]
    public void Of_IpEndPoint_IsWhatWasAskedFor(string address, int port, string request) =>
        Assert.Equal(request, ResourceKey.Of(new IPEndPoint(IPAddress.Parse(address), port)).ToString());

    // C3
    [Theory]
    [InlineData("/run/app.sock", "unix:/run/app.sock")]
    [InlineData("/run/../run/./app.sock", "unix:/run/app.sock")]
    [InlineData("\0abstract", "unix:@abstract")]
    public void Of_UnixEndPoint_IsItsAbsolutePathOrAbstractName(string path, string request) =>
        Assert.Equal(request, ResourceKey.Of(new UnixDomainSocketEndPoint(path)).ToString());

    // E5: the successor may run in another directory.
    [Fact]
    public void Of_RelativePath_IsMadeAbsolute() =>
        Assert.Equal($"unix:{Path.Combine(Environment.CurrentDirectory, "app.sock")}", ResourceKey.Of(new UnixDomainSocketEndPoint("app.sock")).ToString());

    // C3: a file may be called so; only a name that begins with a zero byte is abstract.
    [Fact]
    public void Of_RelativePathThatLooksAbstract_IsStillAPath() =>
        Assert.NotEqual(ResourceKey.Of(new UnixDomainSocketEndPoint("\0app")), ResourceKey.Of(new UnixDomainSocketEndPoint("@app")));

    [Fact]
    public void Of_Handle_IsItsNumber() => Assert.Equal("handle:3", ResourceKey.OfHandle(3).ToString());

    [Fact]
    public void Of_AnotherKindOfEndPoint_IsRefused() =>
        Assert.Throws<NotSupportedException>(() => ResourceKey.Of(new DnsEndPoint("localhost", 80)));

    [Theory]
    [InlineData("tcp:127.0.0.1:80", 0)]
    [InlineData("tcp:[::]:0", 1)]
    [InlineData("tcp:[fe80::1%3]:80", 12)]
    [InlineData("unix:/run/app.sock", 0)]
    [InlineData("unix:@abstract", 2)]
    [InlineData("handle:3", 0)]
    public void Parse_ItsText_IsTheSameKey(string request, int ordinal) => AssertRoundTrip(Key(request, ordinal));

    // C3: these names are legal, and a key that comes back as another is a listener that is bound twice.
    [Theory]
    [InlineData("unix:/run/app.sock#1", 0)]
    [InlineData("unix:/run/app.sock#1", 2)]
    [InlineData("unix:/run/app#sock", 0)]
    [InlineData("unix:@a#7", 0)]
    public void Parse_TheTextOfANameWithANumberSign_IsTheSameKey(string request, int ordinal) => AssertRoundTrip(Key(request, ordinal));

    [Theory]
    [InlineData("tcp:[::]:0", 0, "tcp:[::]:0")]
    [InlineData("tcp:[::]:0", 1, "tcp:[::]:0#1")]
    public void ToString_Ordinal_IsShownFromTheSecondOn(string request, int ordinal, string text) =>
        Assert.Equal(text, Key(request, ordinal).ToString());

    [Theory]
    [InlineData("unix:/run/app.sock", "/run/app.sock")]
    [InlineData("unix:@abstract", null)]
    [InlineData("tcp:127.0.0.1:80", null)]
    [InlineData("handle:3", null)]
    public void Path_OfAKey_IsThereForUnixSocketsInTheFileSystemOnly(string request, string? path) =>
        Assert.Equal(path, Key(request, 0).Path);

    [Fact]
    public void Policy_OfEachKind_IsTheRowOfThatKindAndItsPrefixLeadsBack() => Assert.All(Enum.GetValues<ResourceKind>(), kind =>
    {
        Assert.Equal(kind, ResourcePolicy.Of(kind).Kind);
        Assert.Equal(kind, ResourceKey.Parse(new ResourceKey(kind, "/x").ToString()).Kind);
    });

    // A newer version may pass on what this one does not know: it is held as a listener, and closed if nobody asks for it.
    [Fact]
    public void Parse_AnUnknownKind_KeepsItsText() => Assert.Equal("udp:127.0.0.1:53#1", ResourceKey.Parse("udp:127.0.0.1:53#1").ToString());

    // Of a request without its ordinal, in which a number sign belongs to the name.
    private static ResourceKey Key(string request, int ordinal)
    {
        var policy = ResourcePolicy.Of(request);
        return new ResourceKey(policy.Kind, request[policy.Prefix.Length..], ordinal);
    }

    private static void AssertRoundTrip(ResourceKey key) => Assert.Equal(key, ResourceKey.Parse(key.ToString()));
}

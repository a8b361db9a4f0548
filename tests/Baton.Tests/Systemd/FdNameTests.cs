using Baton.Resources;
using Baton.Systemd;

namespace Baton.Tests.Systemd;

/// <summary>Checklist E1: names in systemd's store, which lead back to the listener.</summary>
public class FdNameTests
{
    [Theory]
    [InlineData("tcp:127.0.0.1:8080", "baton-tcp%3A127.0.0.1%3A8080")]
    [InlineData("tcp:[::]:0#1", "baton-tcp%3A[%3A%3A]%3A0#1")]
    [InlineData("unix:/run/a b%.sock", "baton-unix%3A/run/a%20b%25.sock")]
    [InlineData("unix:@ü\n", "baton-unix%3A@%C3%BC%0A")]
    public void Of_AKey_IsLegalAndLeadsBack(string key, string name)
    {
        Assert.Equal(name, FdName.Of(ResourceKey.Parse(key)));
        Assert.All(name, c => Assert.True(c is > ' ' and < (char)127 and not ':'));
        Assert.Equal(key, FdName.KeyOf(name)!.Value.ToString());
    }

    [Fact]
    public void Of_ALongPath_HasNoName() => Assert.Null(FdName.Of(new ResourceKey(ResourceKind.Unix, "/" + new string('ü', 50))));

    [Theory]
    [InlineData("web")]
    [InlineData("hello.socket")]
    [InlineData("baton-tcp%3")]
    [InlineData("baton-tcp%xy")]
    public void KeyOf_AForeignName_IsNone(string name) => Assert.Null(FdName.KeyOf(name));
}

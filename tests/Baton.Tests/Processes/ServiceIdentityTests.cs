using Baton.Processes;

namespace Baton.Tests.Processes;

public class ServiceIdentityTests
{
    [Fact]
    public void Name_Given_IsIt() => Assert.Equal("shop", new ServiceIdentity("shop", "/srv/shop", default).Name);

    [Fact]
    public void Name_NotGiven_IsTheEntryAssembly() => Assert.Equal("Baton.Tests", new ServiceIdentity(null, "/srv/shop", default).Name);

    [Fact]
    public void Version_OfTheEntryAssembly_HasNoCommit()
    {
        string version = new ServiceIdentity(null, "/srv/shop", default).Version;
        Assert.StartsWith("0.1.0", version, StringComparison.Ordinal);
        Assert.DoesNotContain("+", version, StringComparison.Ordinal);
        Assert.Equal("", ServiceIdentity.VersionOf(null));
    }
}

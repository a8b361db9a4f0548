using Baton.AspNetCore;

namespace Baton.Tests.AspNetCore;

public class WarmUpOptionsTests
{
    private readonly GracefulRestartOptions _options = new();

    [Fact]
    public void Defaults_AreOneGetOfTheRoot() => Assert.Equal(["GET /"], _options.WarmUp.Requests.Select(r => r.ToString()));

    [Theory]
    [InlineData("/", "GET")]
    [InlineData("/a/b%20c?d=e&f", "OPTIONS")]
    public void Validate_ARequestAsItGoesOverTheWire_IsAllowed(string path, string method)
    {
        _options.WarmUp.Requests.Add(new WarmUpRequest(path) { Method = method, Headers = { ["Accept"] = "text/html, */*" } });
        _options.Validate();
    }

    [Theory]
    [InlineData("", "GET")]
    [InlineData("relative", "GET")]
    [InlineData("http://elsewhere/", "GET")]
    [InlineData("/a b", "GET")]
    [InlineData("/é", "GET")]
    [InlineData("/\r\nX: y", "GET")]
    [InlineData("/", "")]
    [InlineData("/", "GET /")]
    [InlineData("/", "GET", "X\r\n", "y")]
    [InlineData("/", "GET", "X", "y\r\nZ: z")]
    public void Validate_ARequestThatWouldBeAnother_IsRefused(string path, string method, string header = "X", string value = "")
    {
        _options.WarmUp.Requests.Add(new WarmUpRequest(path) { Method = method, Headers = { [header] = value } });
        Assert.Equal("WarmUp.Requests", Assert.Throws<ArgumentOutOfRangeException>(_options.Validate).ParamName);
    }

    [Fact]
    public void Validate_Numbers_HaveTheirRanges()
    {
        Refuses(w => w.Connections = 0, w => w.Connections = 1);
        Refuses(w => w.Connections = 65, w => w.Connections = 64);
        Refuses(w => w.Rounds = 0, w => w.Rounds = 1);
        Refuses(w => w.Rounds = 1001, w => w.Rounds = 1000);
        Refuses(w => w.Timeout = TimeSpan.Zero, w => w.Timeout = TimeSpan.FromDays(1));
        Refuses(w => w.Timeout = Timeout.InfiniteTimeSpan, w => w.Timeout = TimeSpan.FromTicks(1));
        Refuses(w => w.Host = "", w => w.Host = "example.org");
        Refuses(w => w.Host = "a\r\nb", w => w.Host = "localhost");
        Refuses(w => w.Host = "localhost:80", w => w.Host = "127.0.0.1");
    }

    [Fact]
    public void Validate_NoRequestsAtAll_IsAllowed()
    {
        _options.WarmUp.Requests.Clear();
        _options.Validate();
    }

    private void Refuses(Action<WarmUpOptions> bad, Action<WarmUpOptions> good)
    {
        bad(_options.WarmUp);
        Assert.StartsWith("WarmUp.", Assert.Throws<ArgumentOutOfRangeException>(_options.Validate).ParamName, StringComparison.Ordinal);
        good(_options.WarmUp);
        _options.Validate();
    }
}

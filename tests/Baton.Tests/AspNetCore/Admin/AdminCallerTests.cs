using System.Net;
using System.Security.Claims;
using Baton.AspNetCore.Admin;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Baton.Tests.AspNetCore.Admin;

/// <summary>Who asks, as the rules and the log see it.</summary>
public class AdminCallerTests
{
    [Fact]
    public void Policy_ThatSomebodyTookBack_IsNone()
    {
        Assert.False(HasPolicy());
        Assert.True(HasPolicy(new AuthorizeAttribute("operators")));
        Assert.False(HasPolicy(new AuthorizeAttribute("operators"), new AllowAnonymousAttribute()));
    }

    [Fact]
    public void Peer_OfATransportThatIsNotOurs_IsNotBelieved()
    {
        DefaultHttpContext context = Context();
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        Assert.Contains(null, AdminCaller.Call(context, acts: false).Peers);
    }

    [Fact]
    public void Description_OfAStranger_IsOneShortHarmlessLine()
    {
        DefaultHttpContext context = Context();
        context.Request.Path = $"/debug/{new string('x', 5000)}\n\u001b[31m";
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "mallory\r\ninfo: all is well\u202e")], "test"));
        string description = AdminCaller.Trigger(context).Description;
        Assert.StartsWith(@"the admin API, mallory\u000D\u000Ainfo: all is well\u202E (a local connection, GET /debug/xxx", description, StringComparison.Ordinal);
        Assert.InRange(description.Length, 100, 400);
        Assert.DoesNotContain(description, char.IsControl);
    }

    [Fact]
    public void Description_WithoutAUser_NamesNone() => Assert.Equal("the admin API (a local connection, GET /debug/admin)", AdminCaller.Trigger(Context()).Description);

    private static bool HasPolicy(params object[] metadata)
    {
        DefaultHttpContext context = Context();
        context.SetEndpoint(new Endpoint(requestDelegate: null, new EndpointMetadataCollection(metadata), displayName: null));
        return AdminCaller.Call(context, acts: false).HasPolicy;
    }

    private static DefaultHttpContext Context()
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Path = "/debug/admin";
        return context;
    }
}

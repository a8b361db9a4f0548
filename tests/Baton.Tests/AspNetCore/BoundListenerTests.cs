using System.Net;
using System.Net.Sockets;
using Baton.AspNetCore;

namespace Baton.Tests.AspNetCore;

/// <summary>How log lines name an address.</summary>
public class BoundListenerTests
{
    [Theory]
    [InlineData("0.0.0.0", ":8100")]
    [InlineData("::", ":8100")]
    [InlineData("127.0.0.1", "127.0.0.1:8100")]
    [InlineData("::1", "[::1]:8100")]
    public void Address_OfIp_LeavesOutAny(string address, string text) =>
        Assert.Equal(text, new BoundListener(new IPEndPoint(IPAddress.Parse(address), 8100), IsInherited: false).Address);

    [Fact]
    public void Address_OfUnixSocket_IsItsPath()
    {
        var listener = new BoundListener(new UnixDomainSocketEndPoint("/run/app.sock"), IsInherited: true);
        Assert.Equal(("unix:/run/app.sock", "inherited"), (listener.Address, listener.Origin));
    }

    [Fact]
    public void Take_WhatIsBoundLater_IsToldAtOnce()
    {
        var bound = new BoundListeners();
        var later = new List<string>();
        bound.Add(new IPEndPoint(IPAddress.Any, 1), isInherited: true);
        Assert.Equal([":1"], bound.Take(l => later.Add(l.Address)).Select(l => l.Address));
        bound.Add(new IPEndPoint(IPAddress.Any, 2), isInherited: false);
        Assert.Equal([":2"], later);
        Assert.Empty(bound.Take(_ => { }));
    }
}

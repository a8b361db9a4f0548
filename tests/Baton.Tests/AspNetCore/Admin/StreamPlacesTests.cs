using Baton.AspNetCore.Admin;

namespace Baton.Tests.AspNetCore.Admin;

public class StreamPlacesTests
{
    [Fact]
    public void TryTake_OneUserHasAllOfItsPlaces_OthersStillGetTheirs()
    {
        var places = new StreamPlaces(most: 2);
        Assert.True(places.TryTake("uid 1000"));
        Assert.True(places.TryTake("uid 1000"));
        Assert.False(places.TryTake("uid 1000"));
        Assert.True(places.TryTake("uid 0"));
    }

    [Fact]
    public void GiveBack_OfOnePlace_FreesThatOneAlone()
    {
        var places = new StreamPlaces(most: 1);
        Assert.True(places.TryTake("uid 1000"));
        Assert.True(places.TryTake("uid 0"));
        places.GiveBack("uid 1000");
        Assert.True(places.TryTake("uid 1000"));
        Assert.False(places.TryTake("uid 1000"));
        Assert.False(places.TryTake("uid 0"));
    }
}

using Baton.Handover;

namespace Baton.Tests.Handover;

public class HandoverProtocolTests
{
    // C10
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 2, 1)]
    [InlineData(0, 1, 1)]
    [InlineData(0, 0, null)]
    [InlineData(2, 3, null)]
    [InlineData(int.MinValue, int.MaxValue, 1)]
    [InlineData(int.MaxValue, int.MaxValue, null)]
    [InlineData(2, 1, null)]
    [InlineData(-5, -1, null)]
    public void Agree_ThePeersRange_TheHighestVersionInCommonOrNone(int peerMin, int peerMax, int? version) =>
        Assert.Equal(version, HandoverProtocol.Agree(peerMin, peerMax));

    [Fact]
    public void MaxFrame_AThousandListenersWithTheLongestPaths_FitsInOneReady()
    {
        string[] keys = [.. Enumerable.Range(0, 1000).Select(i => $"unix:/{new string('x', 106)}#{i}")];
        Assert.True(HandoverCodec.Encode(new HandoverMessage.Ready(keys)).Length < HandoverProtocol.MaxFrameBytes / 2);
    }
}

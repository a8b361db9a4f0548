using Baton.Handover;
using Baton.Tests.Support;

namespace Baton.Tests.Handover;

/// <summary>How much of a peer is read.</summary>
public class FrameBudgetTests
{
    private readonly ManualTime _time = new();
    private readonly FrameBudget _budget;

    public FrameBudgetTests() => _budget = new FrameBudget(_time);

    [Fact]
    public void Spend_MoreFramesThanASecondHas_WaitsForTheRestOfIt()
    {
        for (int i = 1; i < FrameBudget.MostFrames; i++)
        {
            Assert.Equal(TimeSpan.Zero, _budget.Spend(10));
        }

        _time.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(TimeSpan.FromMilliseconds(600), _budget.Spend(10));
        _time.Advance(TimeSpan.FromMilliseconds(600));
        Assert.Equal(TimeSpan.Zero, _budget.Spend(10));
    }

    [Fact]
    public void Spend_AFewFramesThatAreLong_WaitsToo()
    {
        Assert.Equal(TimeSpan.Zero, _budget.Spend(HandoverProtocol.MaxFrameBytes));
        Assert.Equal(TimeSpan.Zero, _budget.Spend(HandoverProtocol.MaxFrameBytes));
        Assert.Equal(TimeSpan.Zero, _budget.Spend(HandoverProtocol.MaxFrameBytes));
        Assert.NotEqual(TimeSpan.Zero, _budget.Spend(HandoverProtocol.MaxFrameBytes));
    }

    // As in any handover: a frame now and then.
    [Fact]
    public void Spend_AFrameEachMoment_NeverWaits()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(2));
            Assert.Equal(TimeSpan.Zero, _budget.Spend(500));
        }
    }
}

using Baton.Watching;

namespace Baton.Tests.Watching;

public sealed class ChangeDecisionTests
{
    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static ChangeDecision New(TimeSpan? started = null) => new("a", quiet: At(2), interval: At(30), started);

    [Fact]
    public void IsDue_ManyChanges_IsDueOnceWhenItIsQuiet()
    {
        ChangeDecision decision = New();
        Assert.False(decision.IsDue(At(1), "a", serves: true));
        Assert.False(decision.IsDue(At(2), "b", serves: true));
        Assert.False(decision.IsDue(At(3), "c", serves: true));
        Assert.False(decision.IsDue(At(4), "c", serves: true));
        Assert.True(decision.IsDue(At(5), "c", serves: true));
        Assert.False(decision.IsDue(At(60), "c", serves: true));
    }

    [Fact]
    public void IsDue_ContentThatIsBackAsItWas_IsNot()
    {
        ChangeDecision decision = New();
        Assert.False(decision.IsDue(At(1), "b", serves: true));
        Assert.False(decision.IsDue(At(2), "a", serves: true));
        Assert.False(decision.IsDue(At(9), "a", serves: true));

        // And then it has to be quiet anew.
        Assert.False(decision.IsDue(At(10), "b", serves: true));
    }

    [Fact]
    public void IsDue_ContentThatFailed_IsNotTriedAgain_OtherContentIs()
    {
        ChangeDecision decision = New();
        Assert.False(decision.IsDue(At(1), "bad", serves: true));
        Assert.True(decision.IsDue(At(3), "bad", serves: true));
        Assert.False(decision.IsDue(At(100), "bad", serves: true));
        Assert.False(decision.IsDue(At(101), "good", serves: true));
        Assert.True(decision.IsDue(At(103), "good", serves: true));
    }

    [Fact]
    public void IsDue_WhileItDoesNotServe_WaitsUntilItDoes()
    {
        ChangeDecision decision = New();
        Assert.False(decision.IsDue(At(1), "b", serves: false));
        Assert.False(decision.IsDue(At(50), "b", serves: false));
        Assert.True(decision.IsDue(At(51), "b", serves: true));
    }

    [Fact]
    public void IsDue_AStorm_IsBoundedByTheInterval_AcrossProcessesToo()
    {
        // This process itself was started for a change.
        ChangeDecision decision = New(started: TimeSpan.Zero);
        int restarts = Enumerable.Range(1, 300).Count(second => decision.IsDue(At(second), $"{second / 3}", serves: true));
        Assert.Equal(9, restarts);
    }
}

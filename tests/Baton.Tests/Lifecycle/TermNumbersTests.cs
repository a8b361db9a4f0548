using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>The fencing number of a term: it only ever rises, whoever serves.</summary>
public class TermNumbersTests
{
    private readonly ManualTime _time = new();
    private readonly TermNumbers _numbers;

    public TermNumbersTests() => _numbers = new TermNumbers(_time);

    private long Clock => _time.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public void Begin_First_IsTheTime() => Assert.Equal(Clock, _numbers.Begin());

    [Fact]
    public void Begin_AgainWithoutAnotherThatServed_IsTheSame()
    {
        long first = _numbers.Begin();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(first, _numbers.Begin());
    }

    [Fact]
    public void Begin_AfterItWasGiven_IsHigherThanTheSuccessors()
    {
        long own = _numbers.Begin();
        long given = _numbers.Give();
        Assert.True(given > own);
        Assert.Equal(own, _numbers.Own);
        Assert.True(_numbers.Begin() > given);
    }

    [Fact]
    public void Begin_AsASuccessor_IsWhatWasGivenAlsoIfTheClockWasSetBack()
    {
        _numbers.Receive(Clock + 5000);
        Assert.Equal(Clock + 5000, _numbers.Begin());
        Assert.Equal(Clock + 5001, _numbers.Give());
    }

    // It knows no terms.
    [Fact]
    public void Begin_AsASuccessorOfAnOlderVersion_IsTheTime()
    {
        _numbers.Receive(0);
        Assert.Equal(Clock, _numbers.Begin());
    }

    [Fact]
    public void RiseAbove_WhatIsInTheFile_IsHigherOrStays()
    {
        long own = _numbers.Begin();
        Assert.Equal(own, _numbers.RiseAbove(own - 1));
        Assert.Equal(own + 10, _numbers.RiseAbove(own + 9));
        Assert.Equal(own + 10, _numbers.Own);
        Assert.True(_numbers.Give() > own + 10);
    }
}

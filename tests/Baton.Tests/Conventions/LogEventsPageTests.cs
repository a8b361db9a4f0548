using Baton.Tests.Support;

namespace Baton.Tests.Conventions;

/// <summary>docs/log-events.md has every event as it is in the code, and says when; BATON_UPDATE_DOCS=1 writes all but that.</summary>
public class LogEventsPageTests
{
    [Fact]
    public void Page_Events_AreThoseOfTheCode() => Snapshot.AssertSame($"../../{LogEventsPage.File}", LogEventsPage.Print(), "BATON_UPDATE_DOCS");

    [Fact]
    public void Page_EachEvent_SaysWhen() => Assert.All(LogEventsPage.Events, e => Assert.NotEmpty(LogEventsPage.Occasions().GetValueOrDefault(e.EventId, "")));
}

using RestartLoad.Releases;

namespace RestartLoad.Tests.Releases;

/// <summary>How a restart ended, as the service's log tells it.</summary>
public sealed class ReleaseStoryTests
{
    private const int Predecessor = 10;

    private static readonly LogEntry Started = new(200, "Started successor 20: /srv/current/Hello in /srv");
    private static readonly LogEntry HandedOver = new(405, "Handed over to process 20, generation 2, 200 ms after the request");

    [Fact]
    public void A_release_serves_when_it_has_passed_its_probation()
    {
        ReleaseStory story = Told(Started, HandedOver, State(20, "Starting -> OnProbation"), State(Predecessor, "Restarting -> HandedOver"));
        Assert.False(story.IsOver);
        Assert.Equal(20, story.Successor);

        story.Hear(State(20, "OnProbation -> Serving"));

        Assert.True(story.IsOver);
        Assert.Equal(ReleaseOutcome.Serves, story.Outcome);
        Assert.Equal([HandedOver.Message, "Process 20, generation 2: OnProbation -> Serving"], story.Said);
    }

    [Fact]
    public void Without_a_probation_it_serves_at_once() =>
        Assert.Equal(ReleaseOutcome.Serves, Told(Started, HandedOver, State(20, "Starting -> Serving")).Outcome);

    [Fact]
    public void A_release_that_never_served_has_backed_out()
    {
        ReleaseStory story = Told(Started, State(Predecessor, "Restarting -> Serving"), new LogEntry(404, "Restart failed: no such column"));

        Assert.True(story.IsOver);
        Assert.Equal(ReleaseOutcome.BacksOut, story.Outcome);
        Assert.Equal(["Restart failed: no such column"], story.Said);
    }

    [Fact]
    public void A_roll_back_is_over_when_it_has_been_reported()
    {
        ReleaseStory story = Told(
            Started, HandedOver, State(20, "Starting -> OnProbation"), State(Predecessor, "HandedOver -> Serving"), new LogEntry(409, "Rolled back: successor 20 died"));
        Assert.Equal(ReleaseOutcome.RollsBack, story.Outcome);
        Assert.False(story.IsOver);

        story.Hear(new LogEntry(404, "Restart failed: rolled back"));

        Assert.Equal(ReleaseOutcome.RollsBack, story.Outcome);
        Assert.True(story.IsOver);
        Assert.Equal([HandedOver.Message, "Rolled back: successor 20 died"], story.Said);
    }

    [Fact]
    public void A_refused_restart_has_no_successor()
    {
        ReleaseStory story = Told(new LogEntry(402, "Restart asked by SIGUSR2 refused: another restart is in progress"));

        Assert.Equal((ReleaseOutcome.IsRefused, true, null), (story.Outcome, story.IsOver, story.Successor));
    }

    private static LogEntry State(int pid, string change) => new(400, $"Process {pid}, generation 2: {change}");

    private static ReleaseStory Told(params LogEntry[] entries)
    {
        ReleaseStory story = new(Predecessor);
        Array.ForEach(entries, story.Hear);
        return story;
    }
}

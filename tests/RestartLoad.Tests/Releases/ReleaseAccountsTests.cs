using RestartLoad.Measuring;
using RestartLoad.Releases;

namespace RestartLoad.Tests.Releases;

/// <summary>Which requests a dead release may have lost, and which fail the run.</summary>
public sealed class ReleaseAccountsTests
{
    private const int DeadPid = 20;

    /// <summary>Asked at 10 s, dead at 12 s.</summary>
    private static readonly ReleaseReport Died = new("v2", "rolls-back", "rolls-back", AtSeconds: 10, Predecessor: 10)
    {
        Successor = DeadPid, DiedMilliseconds = 2000, RequestsBefore = 100,
    };

    private static readonly ReleaseReport Good = new("v3", "serves", "serves", AtSeconds: 20, Predecessor: 10) { RequestsBefore = 250 };

    [Theory]
    [InlineData("Reset")]
    [InlineData("ClosedWithoutAnswer")]
    [InlineData("Truncated")]
    [InlineData("CutStream")]
    public void A_request_that_was_under_way_when_the_release_died_is_lost_with_it(string outcome) =>
        Assert.Equal((0, 1), Judge(Failure(outcome)));

    [Theory]
    [InlineData("Refused")]
    [InlineData("ConnectFailed")]
    [InlineData("Timeout")]
    [InlineData("WrongStatus")]
    [InlineData("WrongBody")]
    [InlineData("RefusedStream")]
    public void Nothing_but_the_end_of_a_connection_is_excused(string outcome) =>
        Assert.Equal((1, 0), Judge(Failure(outcome)));

    [Theory]
    [InlineData(11.6, 10)] // long before
    [InlineData(12.4, 900)] // long after
    [InlineData(12.2, 100)] // sent when the dead process had no connection any more
    public void Nothing_is_excused_that_the_death_can_not_have_caused(double atSeconds, double ageMilliseconds) =>
        Assert.Equal((1, 0), Judge(Failure("Reset", atSeconds, ageMilliseconds)));

    [Fact]
    public void An_answer_that_another_process_began_is_not_the_dead_ones()
    {
        Assert.Equal((1, 0), Judge(Failure("Truncated") with { Pid = 10 }));
        Assert.Equal((0, 1), Judge(Failure("Truncated") with { Pid = DeadPid }));
    }

    [Theory]
    [InlineData("backs-out")]
    [InlineData("serves")]
    [InlineData("unknown")]
    public void Only_a_roll_back_excuses_anything(string outcome) =>
        Assert.Equal((1, 0), Judge(Failure("Reset"), Died with { Outcome = outcome }));

    [Fact]
    public void Each_release_has_what_happened_from_its_restart_to_the_next()
    {
        FailureSample[] failures =
        [
            Failure("Reset", atSeconds: 5, ageMilliseconds: 1), Failure("Reset"), Failure("Refused"), Failure("Reset", atSeconds: 21, ageMilliseconds: 1),
        ];

        ReleaseAccounts accounts = new([Died, Good], failures, requests: 300);

        Assert.Equal(new RequestAccount(Made: 150, Refused: 1, Failed: 1, Lost: 1), accounts.Releases[0].Requests);
        Assert.Equal(new RequestAccount(Made: 50, Refused: 0, Failed: 1, Lost: 0), accounts.Releases[1].Requests);
        Assert.Equal((1, 1, 3), (accounts.Lost, accounts.Refused, accounts.Failures.Count));
    }

    [Fact]
    public void A_modes_failures_are_those_that_are_left()
    {
        ModeResults mode = new("keepalive");
        mode.AddFailure(Outcome.Reset);
        mode.AddFailure(Outcome.Refused);
        mode.AddFailure(Outcome.Reset);

        ModeReport settled = new ReleaseAccounts([Died], [Failure("Reset"), Failure("Reset"), Failure("Refused")], 3).Settle(mode.Report());

        Assert.Equal(2, settled.Lost);
        Assert.Equal("Refused", Assert.Single(settled.Failures).Key);
    }

    private static (int Failed, long Lost) Judge(FailureSample failure, ReleaseReport? release = null)
    {
        ReleaseAccounts accounts = new([release ?? Died], [failure], requests: 1);
        return (accounts.Failures.Count, accounts.Lost);
    }

    private static FailureSample Failure(string outcome, double atSeconds = 12.05, double ageMilliseconds = 100) =>
        new("keepalive", outcome, "", atSeconds, ageMilliseconds, Pid: null, Restart: null);
}

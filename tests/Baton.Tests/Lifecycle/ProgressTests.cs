using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>Progress of a start, which an application may report as often as it likes.</summary>
public class ProgressTests
{
    [Fact]
    public void SuccessorReportsWithoutEnd_ALittleIsLogged_AndTheLastWordIsNamedWhereItFails()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> outcome);
        for (int i = 0; i < 100_000; i++)
        {
            string detail = $"{i}";
            fixture.Do(() => fixture.Successor.SaysProgress("loading", detail));
        }

        Assert.Equal(ProgressThrottle.Burst, Heard(fixture));
        fixture.Do(() => fixture.Successor.Exits(1));
        Assert.Contains("last heard: loading: 99999", outcome.Exception!.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(ProgressThrottle.Burst + 1, Heard(fixture));
    }

    [Fact]
    public void SuccessorReportsNowAndThen_EachIsLoggedAtOnce()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        for (int i = 0; i < 500; i++)
        {
            fixture.Pass(ProgressThrottle.Interval);
            string detail = $"{i}";
            fixture.Do(() => fixture.Successor.SaysProgress("loading", detail));
            Assert.Equal(i + 1, Heard(fixture));
        }
    }

    [Fact]
    public void SuccessorReportsTooOften_TheLastWordIsLoggedAMomentLater()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        for (int i = 0; i <= ProgressThrottle.Burst + 5; i++)
        {
            string detail = $"{i}";
            fixture.Do(() => fixture.Successor.SaysProgress("loading", detail));
        }

        fixture.Pass(ProgressThrottle.Interval);
        Assert.EndsWith($"loading: {ProgressThrottle.Burst + 5}", fixture.Logger.Lines.Last(l => l.Event.Name == "SuccessorProgress").Text, StringComparison.Ordinal);
        Assert.Equal(ProgressThrottle.Burst + 1, Heard(fixture));
    }

    // What waits is said before what comes after it.
    [Fact]
    public void ApplicationReportsWithoutEnd_ThePredecessorHearsALittle_TheLastWordBeforeReady()
    {
        var fixture = new LifecycleFixture(hasPredecessor: true, generation: 2);
        fixture.Do(() =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                fixture.Lifecycle.Start.ReportProgress(Named("loading"), $"{i}");
            }
        });
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        fixture.Journal.AssertOrder("tell predecessor Progress { Phase = loading, Detail = 99999 }", "announce ready");
        Assert.InRange(fixture.Journal.Entries.Count, 1, 50);
    }

    private static int Heard(LifecycleFixture fixture) => fixture.Logger.EventNames.Count(name => name == "SuccessorProgress");
}

using Baton.Lifecycle;
using Baton.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton.Tests.Lifecycle;

/// <summary>What is told about a process as it happens, and that telling nobody costs nothing.</summary>
public class LifecycleFeedTests
{
    private readonly List<LifecycleEvent> _news = [];

    [Fact]
    public void Publish_ToNobody_AllocatesNothing()
    {
        var feed = new LifecycleFeed(NullLogger.Instance);
        var news = new LifecycleEvent.StateChanged(1, 1, ProcessState.Starting, ProcessState.Serving);
        feed.Publish(news);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            feed.Publish(news);
        }

        // The runtime may need something once. The smallest object for each event would be 24,000 bytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
        Assert.False(feed.WantsReports);
    }

    [Fact]
    public void Subscribers_ComeAndGo()
    {
        var feed = new LifecycleFeed(NullLogger.Instance);
        feed.Subscribe(_news.Add, reports: false);
        Assert.False(feed.WantsReports);
        Action<LifecycleEvent> second = _news.Add;
        feed.Subscribe(second, reports: true);
        Assert.True(feed.WantsReports);
        feed.Publish(new LifecycleEvent.WorkCut(By("x"), default));
        feed.Unsubscribe(second);
        Assert.Equal(2, _news.Count);
        Assert.False(feed.WantsReports);
    }

    // In systemd's case it would be taken for dead; in the lifecycle's a successor would wait for its commit.
    [Fact]
    public void Subscriber_Fails_CostsNeitherTheOthersNorTheService()
    {
        var fixture = new LifecycleFixture();
        fixture.Context.Feed.Subscribe(_ => throw new InvalidOperationException("a defect"), reports: false);
        fixture.Context.Feed.Subscribe(_news.Add, reports: false);
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        Assert.Equal(["StateChanged", "Serves"], _news.Select(n => n.GetType().Name));
        Assert.Equal(2, fixture.Logger.EventNames.Count(e => e == "LoopFailed"));
        fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public void Restart_FromRequestToEnd_IsToldInOrder()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Context.Feed.Subscribe(_news.Add, reports: true);
        _ = fixture.AskRestart();
        fixture.Do(() => fixture.Successor.SaysProgress("health", "1 of 2"));
        fixture.Do(() => fixture.Successor.SaysReady());
        fixture.Effects.WorkEnds();
        fixture.Do(() => { });

        Assert.Equal(
            ["RestartBegun", "StateChanged", "RestartPhaseChanged", "SuccessorStarted", "RestartPhaseChanged", "RestartPhaseChanged", "HandingOver",
                "RestartPhaseChanged", "StateChanged", "Draining", "StateChanged", "RestartEnded", "Drained", "StateChanged"],
            _news.Select(n => n.GetType().Name));
        Assert.Equal(["spawn", "health", "commit", "probation"], _news.OfType<LifecycleEvent.RestartPhaseChanged>().Select(p => p.Phase.Name));
        Assert.Null(_news.OfType<LifecycleEvent.RestartEnded>().Single().Record.Failure);
    }

    [Fact]
    public void Draining_IsReportedEachSecondWhileSomethingIsOpen()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Effects.Open = new OpenWork(2, 1);
        fixture.Context.Feed.Subscribe(_news.Add, reports: true);
        fixture.Shutdown();
        fixture.Pass(TimeSpan.FromSeconds(1));
        fixture.Pass(TimeSpan.FromSeconds(1));
        LifecycleEvent.Draining[] reports = [.. _news.OfType<LifecycleEvent.Draining>()];
        Assert.Equal([0, 1, 2], reports.Select(r => (int)r.Elapsed.TotalSeconds));
        Assert.All(reports, r => Assert.Equal((TimeSpan.FromSeconds(60), 1), (r.Limit, r.Generation.RequestCount)));
        Assert.Equal(TimeSpan.FromSeconds(58), reports[^1].Generation.DrainLimit);

        fixture.Effects.WorkEnds();
        fixture.Do(() => { });
        fixture.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(3, _news.OfType<LifecycleEvent.Draining>().Count());
    }

    [Fact]
    public void Force_TellsWhatWasCut()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Effects.Open = new OpenWork(2, 1);
        fixture.Context.Feed.Subscribe(_news.Add, reports: false);
        fixture.Force();
        Assert.Equal(new OpenWork(2, 1), Assert.Single(_news.OfType<LifecycleEvent.WorkCut>()).Work);
    }
}

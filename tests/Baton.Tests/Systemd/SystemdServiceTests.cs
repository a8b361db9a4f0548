using Baton.Interop;
using Baton.Lifecycle;

namespace Baton.Tests.Systemd;

/// <summary>Checklist E1: who tells systemd what, and when.</summary>
public sealed class SystemdServiceTests : IDisposable
{
    private static readonly string Own = $"MAINPID={Environment.ProcessId}";
    private readonly ServiceFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void FirstGeneration_Serves_IsReady()
    {
        _fixture.Serve();
        Assert.Equal(["READY=1 STATUS=Generation 1 serves"], _fixture.Said);
    }

    // Its predecessor has said so, in one datagram with its pid.
    [Fact]
    public void Successor_Serves_SaysNothingUntilItIsProved()
    {
        _fixture.Hear(new LifecycleEvent.Serves(2, TookOver: true, TimeSpan.FromSeconds(10)));
        Assert.Empty(_fixture.Said);
        _fixture.Hear(ServiceFixture.Proved(2));
        Assert.Equal(["STATUS=Generation 2 serves"], _fixture.Said);
    }

    [Fact]
    public void Restart_Begins_IsToldWithTheMonotonicTime()
    {
        long before = Monotonic();
        _fixture.Hear(ServiceFixture.Begun, ServiceFixture.Phase(4735, "hosted services", "starting"));
        long after = Monotonic();

        string[] words = _fixture.Said[0].Split(' ', 3);
        Assert.Equal("RELOADING=1", words[0]);
        Assert.InRange(long.Parse(words[1].Split("MONOTONIC_USEC=")[1], System.Globalization.CultureInfo.InvariantCulture), before, after);
        Assert.Equal("STATUS=Restarting: asked by SIGHUP", words[2]);
        Assert.Equal("STATUS=Restarting: successor 4735: hosted services: starting", _fixture.Said[1]);
    }

    [Fact]
    public void Successor_IsToldToServe_IsTheMainProcessInOneDatagram()
    {
        _fixture.Hear(new LifecycleEvent.HandingOver(4735, 2, TimeSpan.FromSeconds(10)));
        Assert.Matches(@"^MAINPID=4735 READY=1 STATUS=Generation 2 serves, on probation until \d\d:\d\d:\d\d UTC$", Assert.Single(_fixture.Said));
    }

    // It is the main process of its own unit, and this unit goes on until this process has ended.
    [Fact]
    public void ProcessThatTakesOverByItself_IsToldToServe_IsNoMainProcessOfThisUnit()
    {
        _fixture.Hear(ServiceFixture.Begun, new LifecycleEvent.HandingOver(4735, 2, TimeSpan.FromSeconds(10)) { ToTaker = true });
        Assert.Equal("READY=1 STATUS=Process 4735 takes over, as generation 2", _fixture.Said[^1]);
    }

    [Fact]
    public void Restart_Fails_IsReadyAndStillTheMainProcess()
    {
        _fixture.Hear(ServiceFixture.Failed("Restart by SIGHUP: no such\ntable"));
        Assert.Equal([$@"{Own} READY=1 STATUS=Restart by SIGHUP: no such\u000Atable"], _fixture.Said);
    }

    // Before it is ready: with the main process that systemd knows the whole service would end.
    [Fact]
    public void LeftAlone_NamesItselfAtOnceAndIsReadyWhenItServes()
    {
        _fixture.Hear(new LifecycleEvent.LeftAlone(4710));
        Assert.Matches($"^{Own} STATUS=Process 4710, which served, has died; process [0-9]+ serves as soon as it is ready$", _fixture.Said[0]);

        _fixture.Hear(new LifecycleEvent.Serves(2, TookOver: false, TimeSpan.Zero));
        Assert.Contains("READY=1 STATUS=Generation 2 serves", _fixture.Said);
    }

    [Fact]
    public void Restart_IsRolledBack_GivesTheMainPidBack()
    {
        _fixture.Hear(new LifecycleEvent.ServesAgain(1));
        Assert.Equal([$"{Own} READY=1 STATUS=Rolled back: generation 1 serves again"], _fixture.Said);
    }

    [Fact]
    public void Restart_ItsProgramMayNotBeStarted_BeginsAndIsOver()
    {
        _fixture.Hear(ServiceFixture.Refused(tried: true));
        Assert.Equal(2, _fixture.Said.Count);
        Assert.Matches("^RELOADING=1 MONOTONIC_USEC=[0-9]+ STATUS=Restarting: asked by SIGHUP$", _fixture.Said[0]);
        Assert.Equal("READY=1 STATUS=not now", _fixture.Said[1]);
    }

    // It would end the reload of another, or the service.
    [Fact]
    public void Restart_IsRefusedForAnother_OrFailsWithTheService_SaysNothing()
    {
        _fixture.Hear(ServiceFixture.Refused(tried: false), ServiceFixture.Failed("a shutdown was asked", servesOn: false));
        Assert.Empty(_fixture.Said);
    }

    [Fact]
    public void Successor_IsStarted_IsToldOnlyIfItTakesThisOnesPlace()
    {
        _fixture.Hear(ServiceFixture.Phase(speaker: null, "spawn"), ServiceFixture.Started(RestartStrategy.Handover));
        Assert.Empty(_fixture.Said);
        _fixture.Hear(ServiceFixture.Started(RestartStrategy.Complete));
        Assert.Equal(["MAINPID=4735 STATUS=Restarting: generation 2, process 4735, starts in place of this one"], _fixture.Said);
    }

    [Fact]
    public void BelowBatonRun_AlsoSaysWhatThatMustKnow()
    {
        using var fixture = new ServiceFixture(belowRun: true);
        fixture.Run();
        fixture.Hear(ServiceFixture.Started(RestartStrategy.Handover), new LifecycleEvent.NobodyServes(4735));
        Assert.Equal(["X_BATON=hello", "X_BATON=successor 4735 2", "X_BATON=nobody-serves"], fixture.Said);
        Environment.ExitCode = 0;
    }

    [Fact]
    public void Status_TooLong_IsCut()
    {
        _fixture.Hear(ServiceFixture.Failed(new string('x', 10_000)));
        Assert.InRange(Assert.Single(_fixture.Said).Length, 300, 330);
    }

    [Fact]
    public void Shutdown_AsksForTimeUntilItsOwnLimits()
    {
        _fixture.Options.DrainTimeout = TimeSpan.FromSeconds(12);
        _fixture.Options.ExitTimeout = TimeSpan.FromSeconds(1);
        _fixture.Hear(new LifecycleEvent.Stopping());
        for (int i = 0; i < 20; i++)
        {
            _fixture.Pass(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(
            [
                "STOPPING=1 STATUS=Draining 12 connections",
                "EXTEND_TIMEOUT_USEC=13000000 STATUS=Draining 12 connections",
                "EXTEND_TIMEOUT_USEC=8000000 STATUS=Draining 12 connections",
                "EXTEND_TIMEOUT_USEC=3000000 STATUS=Draining 12 connections",
            ],
            _fixture.Said);
    }

    // What the host gives its services has the drain in it, and the time in which this process still serves.
    [Fact]
    public void Shutdown_TheHostTakesLonger_AsksForItsTime()
    {
        _fixture.Application.Allow(TimeSpan.FromSeconds(19));
        _fixture.Options.ExitTimeout = TimeSpan.FromSeconds(1);
        _fixture.Hear(new LifecycleEvent.Stopping());
        for (int i = 0; i < 20; i++)
        {
            _fixture.Pass(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(["15000000", "15000000", "10000000", "5000000"], _fixture.Said.Where(s => s.StartsWith("EXTEND", StringComparison.Ordinal)).Select(s => s.Split('=', ' ')[1]));
    }

    [Fact]
    public void Shutdown_ServesOnForATime_AsksForItToo()
    {
        _fixture.Options.ShutdownIdleGrace = TimeSpan.FromSeconds(7);
        _fixture.Options.DrainTimeout = TimeSpan.FromSeconds(2);
        _fixture.Options.ExitTimeout = TimeSpan.FromSeconds(1);
        _fixture.Hear(new LifecycleEvent.Stopping());
        Assert.Equal(["STOPPING=1 STATUS=Draining 12 connections", "EXTEND_TIMEOUT_USEC=10000000 STATUS=Draining 12 connections"], _fixture.Said);
    }

    // By force only: then systemd's own limit is the only one.
    [Fact]
    public void Shutdown_DrainHasNoLimit_AsksForNoTime()
    {
        _fixture.Options.DrainTimeout = Timeout.InfiniteTimeSpan;
        _fixture.Hear(new LifecycleEvent.Stopping());
        _fixture.Pass(TimeSpan.FromDays(1));
        Assert.Equal(["STOPPING=1 STATUS=Draining 12 connections"], _fixture.Said);
    }

    [Fact]
    public void GaveBack_SaysNothing()
    {
        _fixture.Hear(new LifecycleEvent.Serves(2, TookOver: true, TimeSpan.FromSeconds(10)), new LifecycleEvent.GaveBack());
        Assert.Empty(_fixture.Said);
    }

    [Fact]
    public void Manager_HasNoRoom_IsToldLaterInOrderAndOnlyTheLastStatus()
    {
        _fixture.Answer = Libc.EAGAIN;
        _fixture.Hear(
            ServiceFixture.Begun, ServiceFixture.Phase(4735, "a"), ServiceFixture.Phase(4735, "b"), new LifecycleEvent.HandingOver(4735, 2, TimeSpan.Zero));
        Assert.Empty(_fixture.Said);

        _fixture.Answer = 0;
        _fixture.Pass(TimeSpan.FromMilliseconds(20));

        Assert.Equal(3, _fixture.Said.Count);
        Assert.StartsWith("RELOADING=1", _fixture.Said[0], StringComparison.Ordinal);
        Assert.Equal("STATUS=Restarting: successor 4735: b", _fixture.Said[1]);
        Assert.StartsWith("MAINPID=4735", _fixture.Said[2], StringComparison.Ordinal);
        Assert.Empty(_fixture.Logger.EventNames);
    }

    [Fact]
    public void Manager_IsNotThere_IsLoggedOnce()
    {
        _fixture.Answer = Libc.ENOENT;
        _fixture.Serve();
        _fixture.Hear(ServiceFixture.Begun);
        Assert.Equal(["NotifyFailed"], _fixture.Logger.EventNames);
    }

    [Fact]
    public void Manager_TakesNothingForLong_CostsNoMoreThanALogLine()
    {
        _fixture.Answer = Libc.EAGAIN;
        for (int i = 0; i < 1000; i++)
        {
            _fixture.Hear(ServiceFixture.Failed("no"));
        }

        Assert.Equal(["NotifyFailed"], _fixture.Logger.EventNames);
    }

    private static long Monotonic()
    {
        Assert.Equal(0, Libc.clock_gettime(Libc.CLOCK_MONOTONIC, out Libc.Timespec now));
        return (now.tv_sec * 1_000_000) + (now.tv_nsec / 1000);
    }
}

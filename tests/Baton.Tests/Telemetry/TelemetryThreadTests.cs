using System.Collections.Concurrent;
using System.Diagnostics;
using Baton.Telemetry;
using Baton.Tests.Support;

namespace Baton.Tests.Telemetry;

/// <summary>What listeners do is no matter of the control loop.</summary>
public class TelemetryThreadTests
{
    [Fact]
    public void Post_RunsEachInOrderOneAtATimeAndElsewhere()
    {
        var side = new TelemetryThread(new RecordingLogger());
        var done = new ConcurrentQueue<(int Number, int Thread)>();
        int threads = 0, most = 0;
        foreach (int i in Enumerable.Range(0, 100))
        {
            side.Post(() =>
            {
                most = Math.Max(most, Interlocked.Increment(ref threads));
                done.Enqueue((i, Environment.CurrentManagedThreadId));
                Interlocked.Decrement(ref threads);
            });
        }

        Assert.True(SpinWait.SpinUntil(() => done.Count == 100, Deadline.Limit));
        Assert.Equal(Enumerable.Range(0, 100), done.Select(d => d.Number));
        Assert.DoesNotContain(done, d => d.Thread == Environment.CurrentManagedThreadId);
        Assert.Equal(1, most);
    }

    [Fact]
    public void Post_OneThrows_IsLoggedAndTheNextRuns()
    {
        var logger = new RecordingLogger();
        var side = new TelemetryThread(logger);
        bool ran = false;
        side.Post(() => throw new InvalidOperationException("a defect of the exporter"));
        side.Post(() => ran = true);
        Assert.True(SpinWait.SpinUntil(() => ran, Deadline.Limit));
        Assert.Equal("TelemetryFailed", Assert.Single(logger.EventNames));
    }

    [Fact]
    public void Post_OneHangs_TheRestIsBounded()
    {
        var side = new TelemetryThread(new RecordingLogger());
        using var hang = new ManualResetEventSlim();
        int ran = 0;
        side.Post(() => hang.Wait(Deadline.Limit));
        for (int i = 0; i < 5000; i++)
        {
            side.Post(() => Interlocked.Increment(ref ran));
        }

        bool last = false;
        hang.Set();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                side.Post(() => last = true);
                return last;
            },
            Deadline.Limit));
        Assert.InRange(ran, 1, 1001);
    }

    [Fact]
    public async Task Post_WhatIsCurrentThere_IsNotCurrentHere()
    {
        using Activity current = new Activity("somebody's").Start();
        var seen = new TaskCompletionSource<Activity?>();
        new TelemetryThread(new RecordingLogger()).Post(() => seen.SetResult(Activity.Current));
        Assert.Null(await seen.Task.Soon());
    }
}

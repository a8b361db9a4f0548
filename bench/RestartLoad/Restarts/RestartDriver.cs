using System.ComponentModel;
using RestartLoad.Load;

namespace RestartLoad.Restarts;

/// <summary>
/// Restarts the service, one restart after the other: each begins a random while after the one before has ended with its
/// predecessor's exit. The first that fails is the last, because nobody knows what the service is after it.
/// </summary>
internal sealed class RestartDriver(RestartPlan plan, RestartTrigger trigger, RunState state, IRestartObserver observer)
{
    /// <summary>What has just ended is a zombie until its parent looks; only one that stays so is a leak.</summary>
    private const int ZombieChecks = 20;

    private static readonly TimeSpan FirstAnswerTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ZombieCheckInterval = TimeSpan.FromMilliseconds(50);

    /// <returns>False when a restart failed.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        if (plan.ReportEvery > 0)
        {
            await state.Answers.ServingAsync(FirstAnswerTimeout, cancellation);
            await TakeSnapshotAsync(afterRestart: 0, cancellation);
        }

        for (int number = 1; number <= plan.Count; number++)
        {
            await Task.Delay(plan.Interval.PickMilliseconds(), cancellation);
            RestartReport report = await RestartAsync(number, cancellation);
            state.AddRestart(report);
            observer.RestartDone(report);
            if (report.Error is not null)
            {
                state.AddProblem($"Restart {number} failed: {report.Error}");
                return false;
            }

            if (plan.ReportEvery > 0 && number % plan.ReportEvery == 0)
            {
                await TakeSnapshotAsync(number, cancellation);
            }
        }

        return true;
    }

    private async Task TakeSnapshotAsync(int afterRestart, CancellationToken cancellation)
    {
        GenerationSnapshot? snapshot = Measure();
        for (int i = 0; i < ZombieChecks && snapshot is { Zombies: > 0 }; i++)
        {
            await Task.Delay(ZombieCheckInterval, cancellation);
            snapshot = Measure();
        }

        if (snapshot is not null)
        {
            state.AddSnapshot(snapshot);
            observer.SnapshotTaken(snapshot);
        }

        GenerationSnapshot? Measure() => ResourceProbe.Measure(state.Answers.Current, afterRestart, state.Clock.Now);
    }

    private async Task<RestartReport> RestartAsync(int number, CancellationToken cancellation)
    {
        int pid = await state.Answers.ServingAsync(FirstAnswerTimeout, cancellation);
        if (ProcessIdentity.Find(pid) is not { } predecessor)
        {
            string error = pid == 0 ? "No answer has named its process in X-Pid." : $"X-Pid names process {pid}, which does not exist.";
            return new RestartReport(number, state.Clock.Now.TotalSeconds, pid, null, null, null, error);
        }

        Task<FirstAnswer> successor = state.Answers.ExpectSuccessor();
        TimeSpan begin = state.Clock.Now;
        state.Windows.Open(begin);
        RestartReport report = new(number, begin.TotalSeconds, pid, null, null, null, null);
        try
        {
            await trigger.PullAsync(pid, cancellation);
            return await FollowAsync(report, predecessor, successor, begin, cancellation);
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            return report with { Error = exception.Message };
        }
        finally
        {
            state.Windows.Close(state.Clock.Now);
        }
    }

    /// <summary>The predecessor may end before the successor answers, so both are awaited at once.</summary>
    private async Task<RestartReport> FollowAsync(
        RestartReport report,
        ProcessIdentity predecessor,
        Task<FirstAnswer> successor,
        TimeSpan begin,
        CancellationToken cancellation)
    {
        using CancellationTokenSource drainLimit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        drainLimit.CancelAfter(plan.DrainTimeout);
        Task<TimeSpan> gone = WaitForEndAsync(predecessor, drainLimit.Token);
        try
        {
            FirstAnswer first = await successor.WaitAsync(plan.RestartTimeout, cancellation);
            report = report with { Successor = first.Pid, FirstAnswerMilliseconds = (first.At - begin).TotalMilliseconds };
            return report with { PredecessorGoneMilliseconds = (await gone - begin).TotalMilliseconds };
        }
        catch (TimeoutException)
        {
            return report with { Error = $"No new process answered within {plan.RestartTimeout.TotalSeconds:0.#} s." };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return report with
            {
                Error = $"Predecessor {predecessor.Pid} had not ended after {plan.DrainTimeout.TotalSeconds:0.#} s.",
            };
        }
        finally
        {
            await drainLimit.CancelAsync();
            await ((Task)gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<TimeSpan> WaitForEndAsync(ProcessIdentity process, CancellationToken cancellation)
    {
        await process.WaitForEndAsync(cancellation);
        return state.Clock.Now;
    }
}

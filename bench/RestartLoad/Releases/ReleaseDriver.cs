using System.ComponentModel;
using RestartLoad.Load;
using RestartLoad.Measuring;
using RestartLoad.Restarts;

namespace RestartLoad.Releases;

/// <summary>
/// Restarts the service into one release after the other. How each restart ends is read from the service's log, and then looked at from outside: who
/// lives, and who answers. One that ends otherwise than expected makes the run fail, and the next one follows; after one without an end there is none.
/// </summary>
internal sealed class ReleaseDriver(
    ReleasePlan releases, RestartPlan plan, RestartTrigger trigger, string log, RunState state, IRestartObserver observer)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    /// <returns>False when it is not known what the service is.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        using ServiceLogReader reader = new(log);
        foreach (ReleaseChoice choice in releases.Choices)
        {
            await Task.Delay(plan.Interval.PickMilliseconds(), cancellation);
            ReleaseReport report = await RestartAsync(choice, reader, cancellation);
            state.AddRelease(report);
            observer.ReleaseDone(report);
            if (report.Error is not null)
            {
                state.AddProblem($"Release {report.Name}: {report.Error}");
            }

            if (report.Serving is null)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<ReleaseReport> RestartAsync(ReleaseChoice choice, ServiceLogReader reader, CancellationToken cancellation)
    {
        int pid = await state.Answers.ServingAsync(AnswerTimeout, cancellation);
        TimeSpan begin = state.Clock.Now;
        ReleaseReport report = new(
            choice.Name, ReleaseOutcomes.WordOf(choice.Expected), ReleaseOutcomes.WordOf(ReleaseOutcome.Unknown), begin.TotalSeconds, pid)
        {
            RequestsBefore = state.Totals().Requests,
        };
        if (ProcessIdentity.Find(pid) is not { } predecessor)
        {
            return report with { Error = $"No answer has named a living process in X-Pid; {pid} was the last." };
        }

        reader.ReadNew(); // Whatever was said before is no news of this restart.
        ObservedRestart observed = new(predecessor, reader, state, state.Answers.ExpectSuccessor(), begin);
        state.Windows.Open(begin);
        try
        {
            releases.Link.SwitchTo(choice.Path);
            Task pulled = trigger.PullAsync(pid, cancellation);
            return Judge(choice, await FollowAsync(observed, report, pulled, cancellation));
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or IOException)
        {
            return report with { Error = exception.Message };
        }
        finally
        {
            state.Windows.Close(state.Clock.Now);
        }
    }

    private static ReleaseReport Judge(ReleaseChoice choice, ReleaseReport report)
    {
        string expected = ReleaseOutcomes.WordOf(choice.Expected);
        return report.Error is null && report.Outcome != expected
            ? report with { Error = $"it was expected that it {expected}, but it {report.Outcome}. {string.Join(" ", report.Said)}" }
            : report;
    }

    private async Task<ReleaseReport> FollowAsync(ObservedRestart observed, ReleaseReport report, Task pulled, CancellationToken cancellation)
    {
        try
        {
            await observed.WaitForEndAsync(pulled, plan.RestartTimeout, cancellation);
            report = observed.AddTo(report);
            return observed.Story.Outcome == ReleaseOutcome.Serves
                ? await FollowSuccessorAsync(observed, report, cancellation)
                : await FollowPredecessorAsync(observed, report, cancellation);
        }
        catch (TimeoutException exception)
        {
            return observed.AddTo(report) with { Error = $"{exception.Message} The log said last: {observed.Story.Last}" };
        }
    }

    /// <summary>It serves when it answers and nobody else can.</summary>
    private async Task<ReleaseReport> FollowSuccessorAsync(ObservedRestart observed, ReleaseReport report, CancellationToken cancellation)
    {
        FirstAnswer first = await WithinAsync(observed.FirstAnswer, plan.RestartTimeout, "No new process answered", cancellation);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task gone = observed.Predecessor.WaitForEndAsync(end.Token);
        try
        {
            await WithinAsync(WithResult(gone), plan.DrainTimeout, $"Predecessor {observed.Predecessor.Pid} had not ended", cancellation);
        }
        finally
        {
            await end.CancelAsync();
        }

        int serving = await AnswerOfAsync(report.Successor ?? first.Pid, cancellation);
        return report with { Successor = first.Pid, FirstAnswerMilliseconds = observed.MillisecondsAt(first.At), Serving = serving };
    }

    private async Task<ReleaseReport> FollowPredecessorAsync(ObservedRestart observed, ReleaseReport report, CancellationToken cancellation)
    {
        int pid = observed.Predecessor.Pid;
        bool answered = state.Answers.Current != pid;
        state.Answers.ServesAgain(pid);
        if (observed.FirstAnswer.IsCompletedSuccessfully)
        {
            report = report with { FirstAnswerMilliseconds = observed.MillisecondsAt((await observed.FirstAnswer).At) };
        }

        // One that backed out had never taken the answers from it.
        if (observed.Story.Outcome == ReleaseOutcome.RollsBack && observed.AnsweredAgain is { } again)
        {
            TimeSpan at = (await WithinAsync(again, AnswerTimeout, $"Process {pid} did not answer again", cancellation)).At;
            report = report with { AnsweredAgainMilliseconds = observed.MillisecondsAt(at) - report.DiedMilliseconds };
        }

        report = report with { Serving = await AnswerOfAsync(pid, cancellation) };
        return answered && observed.Story.Outcome != ReleaseOutcome.RollsBack
            ? report with { Error = $"it never was to serve, but answered. {string.Join(" ", report.Said)}" }
            : report;
    }

    private async Task<int> AnswerOfAsync(int pid, CancellationToken cancellation) =>
        (await WithinAsync(state.Answers.NextAnswerOf(pid), AnswerTimeout, $"Process {pid} did not answer", cancellation)).Pid;

    private static async Task<bool> WithResult(Task task)
    {
        await task;
        return true;
    }

    /// <exception cref="TimeoutException">Says what did not happen.</exception>
    private static async Task<T> WithinAsync<T>(Task<T> task, TimeSpan limit, string otherwise, CancellationToken cancellation)
    {
        try
        {
            return await task.WaitAsync(limit, cancellation);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{otherwise} within {limit.TotalSeconds:0.#} s.");
        }
    }
}

using RestartLoad.Measuring;

namespace RestartLoad.Load;

/// <summary>
/// Runs one mode: its requesters take turns from the schedule, and every request's outcome is recorded exactly once.
/// </summary>
internal sealed class ModeRunner(LoadMode mode, RunState state, TimeSpan timeout)
{
    /// <summary>A closed loop against a dead service would spin; this is its pause after a failure.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(50);

    private readonly ModeResults _results = state.AddMode(mode.Name);
    private readonly OpenSchedule _schedule = new(mode.Rate, state.Clock);

    /// <param name="stop">No request is begun any more; those under way are awaited.</param>
    /// <param name="abort">Those under way are given up, and count for nothing.</param>
    public Task RunAsync(CancellationToken stop, CancellationToken abort) =>
        Task.WhenAll(Enumerable.Range(0, mode.Concurrency).Select(number => WorkAsync(number, stop, abort)));

    private async Task WorkAsync(int number, CancellationToken stop, CancellationToken abort)
    {
        await using IRequester requester = mode.CreateRequester(number);
        try
        {
            while (true)
            {
                TimeSpan begin = await _schedule.WaitForTurnAsync(stop);
                bool ok = await MeasureAsync(requester, begin, abort);
                if (!ok && mode.Rate == 0)
                {
                    await Task.Delay(PauseAfterFailure, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || abort.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private async Task<bool> MeasureAsync(IRequester requester, TimeSpan begin, CancellationToken abort)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(abort);
        limit.CancelAfter(timeout);
        TimeSpan sent = state.Clock.Now;
        try
        {
            int? pid = await requester.RequestAsync(limit.Token);
            TimeSpan end = state.Clock.Now;
            state.Answers.Observe(pid, end);
            _results.AddOk(end - begin, state.Windows.Find(begin, end) is not null);
            return true;
        }
        catch (OperationCanceledException) when (!abort.IsCancellationRequested)
        {
            Record(new RequestFailedException(Outcome.Timeout, $"no complete answer within {timeout.TotalSeconds:0.#} s"), sent);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Record(FailureClassifier.Classify(exception), sent);
        }

        return false;
    }

    private void Record(RequestFailedException failure, TimeSpan sent)
    {
        TimeSpan now = state.Clock.Now;
        _results.AddFailure(failure.Outcome);
        state.Failures.Add(new FailureSample(
            mode.Name,
            failure.Outcome.ToString(),
            failure.Message,
            now.TotalSeconds,
            (now - sent).TotalMilliseconds,
            failure.Pid,
            state.Windows.Find(sent, now)));
    }
}

using RestartLoad.Load;
using RestartLoad.Restarts;

namespace RestartLoad.Releases;

/// <summary>One restart as it is seen from outside while it goes on: the log's story, the death of the successor, and the answers.</summary>
internal sealed class ObservedRestart(ProcessIdentity predecessor, ServiceLogReader log, RunState state, Task<FirstAnswer> firstAnswer, TimeSpan begin)
{
    /// <summary>How long a death or a line may go unnoticed; both cost a file to look at.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    private ProcessIdentity? _successor;
    private TimeSpan? _known;
    private TimeSpan? _died;

    public ProcessIdentity Predecessor => predecessor;

    public ReleaseStory Story { get; } = new(predecessor.Pid);

    /// <summary>The first answer by another process than the predecessor.</summary>
    public Task<FirstAnswer> FirstAnswer => firstAnswer;

    /// <summary>The predecessor's first answer after the successor's death; null while that lives.</summary>
    public Task<FirstAnswer>? AnsweredAgain { get; private set; }

    public double MillisecondsAt(TimeSpan moment) => (moment - begin).TotalMilliseconds;

    /// <summary>Looks on until the log has told the end of it.</summary>
    /// <param name="trigger">May itself take as long as the restart; what it throws ends the wait.</param>
    /// <param name="limit">How long the log may say nothing of an end.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="TimeoutException">It has not within the limit.</exception>
    public async Task WaitForEndAsync(Task trigger, TimeSpan limit, CancellationToken cancellation)
    {
        TimeSpan deadline = state.Clock.Now + limit;
        while (!Story.IsOver)
        {
            Look();
            if (trigger.IsCompleted)
            {
                await trigger;
            }

            if (state.Clock.Now > deadline)
            {
                throw new TimeoutException($"The log did not tell within {limit.TotalSeconds:0.#} s how the restart ended.");
            }

            await Task.Delay(Interval, cancellation);
        }

        await trigger;
    }

    public ReleaseReport AddTo(ReleaseReport report) => report with
    {
        Outcome = ReleaseOutcomes.WordOf(Story.Outcome),
        Successor = Story.Successor,
        KnownMilliseconds = _known is { } known ? MillisecondsAt(known) : null,
        DiedMilliseconds = _died is { } died ? MillisecondsAt(died) : null,
        Said = [.. Story.Said],
    };

    private void Look()
    {
        // The death first: what the log says of it comes later.
        LookAtSuccessor();
        foreach (LogEntry entry in log.ReadNew())
        {
            Story.Hear(entry);
        }

        // Again, if it was all over between two looks.
        LookAtSuccessor();
        if (Story.Outcome != ReleaseOutcome.Unknown)
        {
            _known ??= state.Clock.Now;
        }
    }

    private void LookAtSuccessor()
    {
        if (_died is not null || Story.Successor is not { } pid)
        {
            return;
        }

        _successor ??= ProcessIdentity.Find(pid);
        if (_successor is null || _successor.HasEnded())
        {
            _died = state.Clock.Now;
            AnsweredAgain = state.Answers.NextAnswerOf(predecessor.Pid);
        }
    }
}

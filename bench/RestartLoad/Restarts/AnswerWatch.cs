namespace RestartLoad.Restarts;

/// <summary>The first answer that named a new process.</summary>
internal readonly record struct FirstAnswer(int Pid, TimeSpan At);

/// <summary>
/// Follows the pids that answers name. A new one is welcome only while a restart expects it; at any other time the service died
/// and came back on its own, which is a problem even if no request noticed.
/// </summary>
internal sealed class AnswerWatch(Action<string> addProblem)
{
    /// <summary>How many predecessors may still answer; a long answer can outlive several restarts.</summary>
    private const int RememberedPredecessors = 8;

    private readonly Lock _gate = new();
    private readonly Queue<int> _predecessors = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<FirstAnswer>? _expected;
    private volatile int _current;
    private volatile int _awaited;
    private TaskCompletionSource<FirstAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The process that answers now; 0 before the first answer, or when answers name none.</summary>
    public int Current => _current;

    /// <summary>Completes with the first answer, whether or not it names a process.</summary>
    public Task First => _first.Task;

    /// <summary>To be called before the trigger. The task completes with the first answer of a new process.</summary>
    public Task<FirstAnswer> ExpectSuccessor()
    {
        lock (_gate)
        {
            _expected = new TaskCompletionSource<FirstAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _expected.Task;
        }
    }

    /// <summary>Completes with the next answer that this process gives. Only one at a time can be waited for.</summary>
    public Task<FirstAnswer> NextAnswerOf(int pid)
    {
        lock (_gate)
        {
            _answer = new TaskCompletionSource<FirstAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited = pid;
            return _answer.Task;
        }
    }

    /// <summary>A restart came to nothing: who served before it does so again, and late answers of its successor mean nothing.</summary>
    public void ServesAgain(int pid)
    {
        lock (_gate)
        {
            if (_current != pid)
            {
                Remember(_current);
                _current = pid;
            }

            _expected = null;
        }
    }

    /// <summary>Waits until an answer has named its process.</summary>
    /// <returns>0 when the first answer names none, or there was none within the limit.</returns>
    public async Task<int> ServingAsync(TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            await First.WaitAsync(limit, cancellation);
        }
        catch (TimeoutException)
        {
            return 0;
        }

        return Current;
    }

    public void Observe(int? pid, TimeSpan now)
    {
        if (pid == _current && pid != _awaited)
        {
            return; // Nearly always, and without the lock.
        }

        lock (_gate)
        {
            if (pid is { } awaited && awaited == _awaited)
            {
                _awaited = 0;
                _answer.TrySetResult(new FirstAnswer(awaited, now));
            }

            if (pid is { } answering && answering != _current && !_predecessors.Contains(answering))
            {
                Succeed(answering, now);
            }
        }

        _first.TrySetResult();
    }

    private void Remember(int predecessor)
    {
        _predecessors.Enqueue(predecessor);
        if (_predecessors.Count > RememberedPredecessors)
        {
            _predecessors.Dequeue();
        }
    }

    private void Succeed(int pid, TimeSpan now)
    {
        int predecessor = _current;
        _current = pid;
        if (predecessor == 0)
        {
            return;
        }

        Remember(predecessor);
        if (_expected is null)
        {
            addProblem($"Process {pid} answered instead of {predecessor} although no restart was triggered.");
        }

        _expected?.TrySetResult(new FirstAnswer(pid, now));
        _expected = null;
    }
}

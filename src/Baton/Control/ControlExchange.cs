using System.Runtime.CompilerServices;
using Baton.Lifecycle;

namespace Baton.Control;

/// <summary>
/// A conversation with somebody in this process, such as a web server with a client of its own. Without a thread that waits: it
/// goes on where its answers are awaited. Disposing it ends nothing of what was asked for.
/// </summary>
internal sealed class ControlExchange : IDisposable
{
    private readonly AnswerQueue _answers = new();
    private readonly CancellationTokenSource _finishing = new();
    private readonly ControlService _service;
    private readonly ControlConversation _conversation;

    internal ControlExchange(ControlService service, Func<AnswerQueue, ControlConversation> create)
    {
        _service = service;
        _conversation = create(_answers);
        service.Context.Feed.Subscribe(Heard, reports: false);
    }

    /// <summary>
    /// Cancelled when this process has nothing left to do: the last answers are there, and a client that does not take them is
    /// not waited for.
    /// </summary>
    internal CancellationToken Finishing => _finishing.Token;

    /// <summary>
    /// Begins, and gives the answers as they come, the end among them; only where the reader was too slow for them all there is
    /// no end. Once.
    /// </summary>
    internal async IAsyncEnumerable<ControlAnswer> AnswersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LifecycleContext context = _service.Context;
        _conversation.Begin();
        if (_service.Lifecycle.State == ProcessState.Exited)
        {
            // Its news are old by now.
            context.Loop.Post(Finish);
        }

        long looked = context.Now;
        while (!_answers.Overflowed)
        {
            ControlAnswer? next = await _answers.TakeAsync(LifecycleContext.Left(_conversation.Interval, context.Since(looked)), context.Options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
            if (next is not null)
            {
                yield return next;
            }

            if (next is ControlAnswer.End)
            {
                yield break;
            }

            if (context.Since(looked) >= _conversation.Interval)
            {
                _conversation.Tick();
                looked = context.Now;
            }
        }
    }

    public void Dispose()
    {
        _service.Context.Feed.Unsubscribe(Heard);
        _conversation.Dispose();
    }

    private void Heard(LifecycleEvent news)
    {
        if (news is LifecycleEvent.StateChanged { State: ProcessState.Exited })
        {
            _service.Context.Loop.Post(Finish);
        }
    }

    // On the loop, where nobody's callbacks may run.
    private void Finish()
    {
        _conversation.Finish();
        _answers.Add(new ControlAnswer.End(nameof(RestartFailure.Stopping), $"process {Environment.ProcessId} ends"));
        _ = _finishing.CancelAsync();
    }
}

using System.Runtime.CompilerServices;
using Baton.Lifecycle;

namespace Baton.Control;

/// <summary>
/// A conversation within this process, such as for a web server's client. It needs no waiting thread: it runs where its answers
/// are awaited. Disposing it cancels nothing.
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
        service.Context.Feed.Subscribe(Handle, reports: false);
    }

    /// <summary>
    /// Cancelled when this process has nothing left to do. The last answers are there; a client that does not take them is not
    /// waited for.
    /// </summary>
    internal CancellationToken Finishing => _finishing.Token;

    /// <summary>
    /// Begins, and returns the answers as they come, with the end. If the reader is too slow for all of them there is no end.
    /// Call once.
    /// </summary>
    internal async IAsyncEnumerable<ControlAnswer> AnswersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LifecycleContext context = _service.Context;
        _conversation.Begin();
        if (_service.Lifecycle.State == ProcessState.Exited)
        {
            // Its state is old by now.
            context.Loop.Post(Finish);
        }

        long looked = context.Now;
        while (!_answers.Overflowed)
        {
            ControlAnswer? next = await _answers.TakeAsync(
                LifecycleContext.Left(_conversation.Interval, context.Since(looked)),
                context.Options.TimeProvider,
                cancellationToken)
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
        _service.Context.Feed.Unsubscribe(Handle);
        _conversation.Dispose();
    }

    private void Handle(LifecycleEvent lifecycleEvent)
    {
        if (lifecycleEvent is LifecycleEvent.StateChanged { State: ProcessState.Exited })
        {
            _service.Context.Loop.Post(Finish);
        }
    }

    // This runs on the loop, where no foreign callback may run.
    private void Finish()
    {
        _conversation.Finish();
        _answers.Add(new ControlAnswer.End(AnswerFailure.Of(RestartFailure.Stopping), $"process {Environment.ProcessId} ends"));
        _ = _finishing.CancelAsync();
    }
}

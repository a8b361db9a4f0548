using Baton.Control;
using Baton.Tests.Support;

namespace Baton.Tests.Control;

/// <summary>A conversation with the real lifecycle over fake effects; what was said, as short words.</summary>
internal sealed class ConversationFixture(LifecycleFixture process)
{
    private readonly AnswerQueue _answers = new();
    private ControlConversation? _conversation;

    /// <summary>Older generations that the status shows.</summary>
    internal IReadOnlyList<GenerationStatus> Older { get; set; } = [];

    internal LifecycleFixture Process => process;

    private ControlService Service => new(process.Lifecycle, process.Context, () => ControlSamples.Status with
    {
        State = process.Lifecycle.State, Generations = [ControlSamples.Generation, .. Older], SuccessorPid = process.Lifecycle.Restarts.SuccessorPid,
    });

    internal void Ask(ControlRequest request) => Begin(ControlConversation.Of(request, Service, By("baton, the test"), _answers));

    /// <summary>Hears what others ask for.</summary>
    internal void Follow() => Begin(new EventsConversation(Service, By("the test"), _answers));

    /// <summary>The same over an exchange, by who waits without a thread.</summary>
    internal ControlExchange NewExchange(ControlRequest request) => new(Service, answers => ControlConversation.Of(request, Service, By("the test"), answers));

    internal ControlExchange NewEvents() => new(Service, answers => new EventsConversation(Service, By("the test"), answers));

    /// <summary>Asks, and leaves before the control loop has come to what was asked.</summary>
    internal void AskAndLeave(ControlRequest request) => process.Do(() =>
    {
        ControlConversation conversation = ControlConversation.Of(request, Service, By("baton, the test"), new AnswerQueue());
        conversation.Begin();
        conversation.Dispose();
    });

    /// <summary>The same for somebody who only follows.</summary>
    internal void FollowAndLeave() => process.Do(() =>
    {
        ControlExchange exchange = NewEvents();
        _ = exchange.AnswersAsync(CancellationToken.None).GetAsyncEnumerator().MoveNextAsync().AsTask();
        exchange.Dispose();
    });

    internal void Tick() => _conversation!.Tick();

    /// <summary>The process has nothing left to do.</summary>
    internal void Finish() => process.Do(_conversation!.Finish);

    internal void Leave() => _conversation!.Dispose();

    /// <summary>What was said since the last time.</summary>
    internal string Said()
    {
        var words = new List<string>();
        while (_answers.Take(TimeSpan.Zero) is { } answer)
        {
            words.Add(Words(answer));
        }

        return string.Join(", ", words);
    }

    internal static string Words(ControlAnswer answer) => answer switch
    {
        ControlAnswer.Status s => $"status {s.Value.State}",
        ControlAnswer.Accepted { Held: true } => "held",
        ControlAnswer.Accepted => "accepted",
        ControlAnswer.Phase p => $"phase {p.Name}",
        ControlAnswer.State s => $"{s.Previous}->{s.Now}",
        ControlAnswer.Successor s => $"successor {s.Pid - FakeEffects.FirstSuccessorPid}",
        ControlAnswer.Drain => "drain",
        ControlAnswer.Outcome o => $"outcome {(o.Succeeded ? "good" : o.Failure)}{(o.KeepsServing ? " serves" : "")}",
        ControlAnswer.End e => $"end{(e.Failure is null ? "" : " " + e.Failure)}",
        _ => answer.GetType().Name,
    };

    private void Begin(ControlConversation conversation)
    {
        _conversation = conversation;
        _conversation.Begin();
        process.Do(() => { });
    }
}

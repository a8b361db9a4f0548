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
        State = process.Lifecycle.State, Generations = [ControlSamples.Generation, .. Older], SuccessorPid = process.Lifecycle.SuccessorPid,
    });

    internal void Ask(ControlRequest request)
    {
        _conversation = ControlConversation.Of(request, Service, "baton, the test", _answers);
        _conversation.Begin();
        process.Do(() => { });
    }

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

    private static string Words(ControlAnswer answer) => answer switch
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
}

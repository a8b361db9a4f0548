namespace Baton.Control;

/// <summary><c>status</c>: once.</summary>
internal sealed class StatusConversation(ControlService service, string trigger, AnswerQueue answers) : ControlConversation(service, trigger, answers)
{
    internal override void Begin()
    {
        Say(new ControlAnswer.Status(Service.Status()));
        End(failure: null, "");
    }
}

/// <summary><c>watch</c>: again whenever something has changed, and now and then if nothing has.</summary>
internal sealed class WatchConversation(ControlService service, string trigger, AnswerQueue answers) : ControlConversation(service, trigger, answers)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private string? _said;
    private long _saidAt;

    internal override TimeSpan Interval => TimeSpan.FromMilliseconds(500);

    internal override void Begin() => Tick();

    internal override void Tick()
    {
        RestartStatus status = Service.Status();
        string facts = Facts(status);
        if (facts != _said || Service.Context.Since(_saidAt) >= Longest)
        {
            Say(new ControlAnswer.Status(status));
            (_said, _saidAt) = (facts, Service.Context.Now);
        }

        if (status.State == ProcessState.Draining)
        {
            // Whoever watches the service asks again, and finds the process that serves.
            End(failure: null, $"process {Pid} has handed over to process {status.SuccessorPid}");
        }
    }

    // All but times, which change always.
    private static string Facts(RestartStatus status) => string.Join(
        '|',
        [
            $"{status.State} {status.SuccessorPid} {status.Restart?.Phase} {status.Restart?.Detail} {status.ProbationEnds is null} {status.LastRestarts.Count} {(status.LastRestarts is [var last, ..] ? $"{last.AskedAt} {last.Drained is null} {last.Gone is null}" : "")}",
            .. status.Listeners,
            .. status.Generations.Select(g => $"{g.Pid} {g.State} {g.RequestCount} {string.Join(',', g.Connections)}"),
        ]);
}

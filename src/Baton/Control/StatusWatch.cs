namespace Baton.Control;

/// <summary>Reports the status when it has changed, and now and then if not. One check at a time.</summary>
internal sealed class StatusWatch(ControlService service, AnswerQueue answers)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private string? _said;
    private long _saidAt;

    internal RestartStatus Look()
    {
        RestartStatus status = service.Status();
        string facts = Facts(status);
        if (facts != _said || service.Context.Since(_saidAt) >= Longest)
        {
            answers.Add(new ControlAnswer.Status(status));
            (_said, _saidAt) = (facts, service.Context.Now);
        }

        return status;
    }

    // Everything but times, which always change.
    private static string Facts(RestartStatus status) => string.Join(
        '|',
        [
            $"{status.State} {status.SuccessorPid} {status.Restart?.Current?.Words} {status.ProbationEnds is null}",
            $"{status.LastRestarts.Count} {Facts(status.LastRestarts is [var last, ..] ? last : null)}",
            .. status.Listeners,
            .. status.Generations.Select(Facts),
        ]);

    private static string Facts(GenerationStatus g) =>
        $"{g.Pid} {g.State} {g.RequestCount} {string.Join(',', g.Connections)} {string.Join(',', g.LongLived)}";

    private static string Facts(RestartRecord? last) =>
        last is null ? "" : $"{last.AskedAt} {last.DrainedAfter is null} {last.GoneAfter is null}";
}

using Baton.Handover;

namespace TestService;

/// <summary><c>kill-at Sent Commit</c>: the process is gone before it does anything after that step of the handover.</summary>
internal static class StepTap
{
    internal static Action<HandoverStep, HandoverMessage>? Of(Behaviour behaviour)
    {
        if (behaviour.Argument("kill-at")?.Split(' ') is not [var step, var message])
        {
            return null;
        }

        HandoverStep deadly = Enum.Parse<HandoverStep>(step);
        return (at, said) =>
        {
            if (at == deadly && said.GetType().Name == message)
            {
                Libc.KillSelf(Libc.SIGKILL);
            }
        };
    }
}

using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Handover;

/// <summary>
/// A successor to whom nothing that is done can stop a step of the lifecycle half way: what fails is logged. Only the commit may
/// fail, and has an answer for that.
/// </summary>
internal sealed class GuardedSuccessor(ISuccessor successor, ILogger logger) : ISuccessor
{
    internal ISuccessor Inner => successor;

    public int Pid => successor.Pid;

    public bool Lives => successor.Lives;

    public string? Dump => successor.Dump;

    public bool HasUnheard => successor.HasUnheard;

    public int ListenersGiven => successor.ListenersGiven;

    public void Commit(TimeSpan probation, TimeSpan heartbeat) => successor.Commit(probation, heartbeat);

    public void Confirm(IReadOnlyList<(OlderProcess Process, Descriptor Channel)> older) => successor.Confirm(older);

    public void TryTell(HandoverMessage message) => Try(nameof(TryTell), () => successor.TryTell(message));

    public void Kill() => Try(nameof(Kill), successor.Kill);

    private void Try(string what, Action effect)
    {
        try
        {
            effect();
        }
        catch (Exception e)
        {
            logger.EffectFailed(e, what);
        }
    }
}

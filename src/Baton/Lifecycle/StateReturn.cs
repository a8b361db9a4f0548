using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>
/// The state that an unhealthy successor hands back: awaited, and loaded before this process serves again. Lives on the control
/// loop.
/// </summary>
/// <param name="fault">The reason of the roll back.</param>
/// <param name="context">What it works with.</param>
/// <param name="happened">Receives the result.</param>
internal sealed class StateReturn(RestartFault fault, LifecycleContext context, Action<RestartEvent> happened)
{
    private LoopTimer? _limit;
    private string? _problem = "the successor has handed nothing back";

    /// <summary>Logs what happened to the state, if this process wants any back.</summary>
    /// <param name="problem">Why not all has come back; null if it has.</param>
    /// <param name="context">For the log.</param>
    /// <returns>For the outcome; empty for nothing to say.</returns>
    internal static string Describe(string? problem, LifecycleContext context)
    {
        if (context.State.WantedBack.Count == 0)
        {
            return "";
        }

        context.Try(context.State.Forget);
        if (problem is null)
        {
            return "; its state came back";
        }

        context.Logger.StateNotHandedBack(Environment.ProcessId, problem);
        return $"; what it had changed of the state is lost: {problem}";
    }

    /// <summary>Its services stop, then it saves. Both have limits, and the message has its own.</summary>
    internal void Await()
    {
        TimeSpan limit = context.CommitSteps.Aggregate(
            context.Options.HandshakeTimeout, (sum, step) => LifecycleContext.Then(sum, step.Limit));
        _limit = context.Loop.Schedule(limit, () => happened(RestartEvent.StateLate));
        if (context.State.WantedBack.Count == 0)
        {
            happened(RestartEvent.StateBack);
        }
    }

    internal void Load(HandoverMessage.HandedBack back)
    {
        _limit?.Cancel();
        string[] missing = [.. context.State.WantedBack.Where(name => !back.State.Any(r => r.Name == name))];
        _problem = back.Missing ?? (missing.Length > 0 ? $"{string.Join(", ", missing)} came not back" : null);
        if (back.State.Count == 0)
        {
            happened(RestartEvent.StateBack);
            return;
        }

        var loading = new StateWait(context, problem =>
        {
            _problem ??= problem;
            happened(RestartEvent.StateBack);
        });
        loading.Begin(ended => context.State.Load(back.State, handedBack: true, ended));
    }

    /// <summary>The roll back goes on.</summary>
    /// <param name="last">What ended the wait; null if that is no fault.</param>
    /// <param name="problem">Why not all has come back; null if it has.</param>
    /// <returns>Why the successor is rolled back.</returns>
    internal RestartFault End(RestartFault? last, out string? problem)
    {
        _limit?.Cancel();
        problem = _problem;
        return last is null ? fault : last with { What = $"{fault.What}, and then {last.What}", Words = fault.Words };
    }
}

using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>
/// Notices that a successor has crashed while its memory is still written to a file. It stands still meanwhile: nobody serves
/// then, and it is no hang. Lives on the control loop.
/// </summary>
internal sealed class CrashWatch(ISuccessor successor, LifecycleContext context, Action<string> crashed)
{
    private LoopTimer? _timer;

    internal void Begin() => _timer = context.Loop.Schedule(SuccessorKill.Look, () =>
    {
        if (successor.Dump is { } dump)
        {
            crashed($"crashed, and {dump}");
        }
        else
        {
            Begin();
        }
    });

    internal void End() => _timer?.Cancel();
}

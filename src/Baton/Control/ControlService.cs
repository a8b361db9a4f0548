using Baton.Lifecycle;

namespace Baton.Control;

/// <summary>The objects that conversations use.</summary>
/// <param name="Lifecycle">Receives requests, by way of the loop.</param>
/// <param name="Context">The context of the lifecycle.</param>
/// <param name="Status">Takes a snapshot; from any thread.</param>
internal sealed record ControlService(ProcessLifecycle Lifecycle, LifecycleContext Context, Func<RestartStatus> Status)
{
    internal RestarterOptions Options => Context.Options;
}

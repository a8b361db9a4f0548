using Baton.Lifecycle;

namespace Baton.Control;

/// <summary>What a conversation on the control socket works with.</summary>
/// <param name="Lifecycle">What is asked goes there, by way of the loop.</param>
/// <param name="Context">The lifecycle's own means.</param>
/// <param name="Status">A snapshot, from any thread.</param>
internal sealed record ControlService(ProcessLifecycle Lifecycle, LifecycleContext Context, Func<RestartStatus> Status)
{
    internal RestarterOptions Options => Context.Options;
}

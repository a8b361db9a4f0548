using Baton.Resources;

namespace Baton.Hosting;

/// <summary>State of a service of a host.</summary>
/// <param name="Bind">Makes the item, with the service of this container.</param>
internal sealed record HostedState(Func<IServiceProvider, StateItem> Bind);

/// <summary>The state of one host, which is the process's once the host starts.</summary>
internal sealed class HostedStates(
    Restarter restarter, HostedRestartOptions options, IEnumerable<HostedState> states, IServiceProvider services)
{
    /// <exception cref="InvalidOperationException">
    /// The process has state of one of the names already, or a service is missing.
    /// </exception>
    internal void Register()
    {
        // Those of the first host's options are known since the process began.
        IReadOnlyList<StateItem> own = ReferenceEquals(options, restarter.Parts.Options) ? [] : options.StateItems;
        restarter.Parts.State.Add([.. own, .. states.Select(s => s.Bind(services))]);
    }
}

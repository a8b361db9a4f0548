using Baton.Lifecycle;

namespace Baton;

/// <summary>A server of this process, whose open work a departing process waits for. Registered with <see cref="Restarter.Register"/>.</summary>
internal interface IRestartParticipant
{
    /// <summary>Accepting has stopped: lets clients go without breaking a request, and completes when nothing is open.</summary>
    Task DrainAsync();

    /// <summary>Cuts what is open and says how much.</summary>
    OpenWork Cut();
}

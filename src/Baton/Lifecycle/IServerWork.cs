namespace Baton.Lifecycle;

/// <summary>
/// A server of this process, whose open work a departing process waits for. Registered with <see cref="WorkRegister.Register"/>.
/// </summary>
internal interface IServerWork
{
    /// <summary>
    /// Accepting has stopped: lets clients go without breaking a request, and completes when nothing is open. Cancelled when this
    /// process takes over again; then it serves on, and may be drained once more later.
    /// </summary>
    Task DrainAsync(CancellationToken resumed);

    /// <summary>
    /// While draining: no other process of the service accepts. Whoever is connected and idle is let go at once, since a request
    /// that is lost by that would be refused a moment later. Must not block.
    /// </summary>
    void NobodyServes();

    /// <summary>Cuts what is open and says how much.</summary>
    OpenWork Cut();

    /// <summary>Adds what is open now.</summary>
    void Describe(OpenWorkReport report);
}

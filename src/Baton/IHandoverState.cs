namespace Baton;

/// <summary>
/// Something whose state goes from one process of the service to the next. Of a host it is registered by
/// <c>services.AddHandoverState</c>.
/// </summary>
public interface IHandoverState
{
    /// <summary>
    /// Writes the state. This process accepts nothing and its exclusive services have stopped; requests that it had accepted may
    /// still run. Called on a thread of its own. Where it throws, the restart is backed out, unless the item is optional.
    /// </summary>
    /// <param name="destination">Takes the bytes; can only be written.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for it any more.</param>
    /// <returns>A task that completes when all is written.</returns>
    Task SaveAsync(Stream destination, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the state. This process does not serve yet: all hosts have started and are ready. Called on a thread of its own, not
    /// at all in a first generation. Where it throws, the restart is backed out.
    /// </summary>
    /// <param name="state">What was saved.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for it any more.</param>
    /// <returns>A task that completes when all is read.</returns>
    Task LoadAsync(SavedState state, CancellationToken cancellationToken);
}

using Baton.Control;
using Baton.Interop;

namespace Baton.Cli.Discovery;

/// <summary>Asks a socket for the status, once.</summary>
internal static class StatusQuestion
{
    /// <summary>A living service answers within milliseconds; one that does not is stopped, or hangs.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <param name="around">Knows whose a process is.</param>
    /// <param name="socket">The path.</param>
    /// <param name="user">Whose service it must be; null for any that can be believed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SilentServiceException">Nobody answered within <see cref="Limit"/>.</exception>
    /// <exception cref="ControlException">There is nobody, somebody who is not believed, or something else than a status came.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    internal static async Task<FoundService> AskAsync(Surroundings around, string socket, uint? user, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        Libc.Ucred? listener = null;
        try
        {
            using ControlClient client = await ControlClient.ConnectAsync(socket, user, Limit, limit.Token);
            listener = client.Listener;
            return new FoundService(socket, Believed(around, socket, await ReadAsync(client, limit.Token), client.Listener), client.Listener.uid);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SilentServiceException($"No answer within {Limit.TotalSeconds} s.", listener, e);
        }
        catch (ControlException e) when (e.Failure == ControlFailure.TimedOut)
        {
            throw new SilentServiceException(e.Message, listener, e);
        }
    }

    private static async Task<RestartStatus> ReadAsync(ControlClient client, CancellationToken cancellationToken)
    {
        await foreach (ControlAnswer answer in client.AskAsync(new ControlRequest(ControlCommand.Status), cancellationToken))
        {
            switch (answer)
            {
                case ControlAnswer.Status status:
                    return status.Value;
                case ControlAnswer.End end:
                    throw new ControlException(ControlFailure.ProtocolError, $"{end.Failure ?? "No status"}: {end.Explanation}");
            }
        }

        throw new ControlException(ControlFailure.Lost, "The answer had no end.");
    }

    // Only root may speak for the processes of others. In a container processes have other numbers.
    private static RestartStatus Believed(Surroundings around, string socket, RestartStatus status, Libc.Ucred listener) =>
        listener.uid == 0 || around.OwnerOf(status.Pid) is not { } owner || owner == listener.uid || ProcessLook.IsElsewhere(listener.pid)
            ? status
            : throw new ControlException(
                ControlFailure.NotTrusted, $"{socket} is not believed: user {listener.uid}, who listens there, claims process {status.Pid}, which is of user {owner}.");
}

/// <summary>There is a service, and it does not answer.</summary>
/// <param name="message">What was tried.</param>
/// <param name="listener">Who called listen(2); null where nobody took the connection.</param>
/// <param name="inner">The wait that ended.</param>
internal sealed class SilentServiceException(string message, Libc.Ucred? listener, Exception inner) : ControlException(ControlFailure.TimedOut, message, inner)
{
    internal Libc.Ucred? Listener => listener;
}

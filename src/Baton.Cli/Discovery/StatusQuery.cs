using System.Globalization;
using Baton.Control;
using Baton.Interop;

namespace Baton.Cli.Discovery;

/// <summary>Asks a socket for the status, once.</summary>
internal static class StatusQuery
{
    /// <param name="environment">Knows the users of processes, and the limits for an answer.</param>
    /// <param name="socket">The path.</param>
    /// <param name="user">The user whose service it must be; null for any that is trusted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ControlException">
    /// Nobody is there, or is not trusted, or the answer is no status. TimedOut: a service is there and did not answer in time.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    internal static async Task<FoundService> AskAsync(
        CliEnvironment environment, string socket, uint? user, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Libc.Ucred? listener = null;
        Task<FoundService> answer = AskAsync();
        TimeSpan waited = environment.AnswerLimit;
        if (await Task.WhenAny(answer, Task.Delay(waited, cancellationToken)) != answer && !IsStopped(socket, listener))
        {
            // The process runs: a busy machine takes longer to answer.
            waited = environment.BusyAnswerLimit;
            _ = await Task.WhenAny(answer, Task.Delay(waited - environment.AnswerLimit, cancellationToken));
        }

        await limit.CancelAsync();
        try
        {
            return await answer;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ControlException(
                ControlFailure.TimedOut,
                string.Create(CultureInfo.InvariantCulture, $"No answer within {waited.TotalSeconds:0.###} s."),
                e)
            {
                Listener = listener,
            };
        }

        async Task<FoundService> AskAsync()
        {
            using ControlClient client = await ControlClient.ConnectAsync(socket, user, Timeout.InfiniteTimeSpan, limit.Token);
            listener = client.Listener;
            return new FoundService(
                socket, Believed(
                    environment, socket, await ReadAsync(client, limit.Token), client.Listener), client.Listener.uid);
        }
    }

    private static bool IsStopped(string socket, Libc.Ucred? listener) =>
        ProcessSnapshot.HoldersOf(socket, listener) is { Count: > 0 } holders && holders.All(p => p.State is 'T' or 't');

    private static async Task<RestartStatus> ReadAsync(ControlClient client, CancellationToken cancellationToken)
    {
        await foreach (ControlAnswer answer in client.AskAsync(new ControlRequest(ControlCommand.Status), cancellationToken))
        {
            switch (answer)
            {
                case ControlAnswer.Status status:
                    return status.Value;
                case ControlAnswer.End end:
                    throw new ControlException(
                        ControlFailure.ProtocolError, $"{end.Failure?.Name ?? "No status"}: {end.Explanation}");
            }
        }

        throw new ControlException(ControlFailure.Lost, "The answer had no end.");
    }

    // Only root may report processes of other users. In another pid namespace pids cannot be compared.
    private static RestartStatus Believed(CliEnvironment environment, string socket, RestartStatus status, Libc.Ucred listener) =>
        listener.uid == 0
            || environment.OwnerOf(status.Pid) is not { } owner
            || owner == listener.uid
            || ProcessSnapshot.IsElsewhere(listener.pid)
            ? status
            : throw new ControlException(
                ControlFailure.NotTrusted,
                $"{socket} is not believed: user {listener.uid}, who listens there, claims process {status.Pid}, " +
                    $"which is of user {owner}.");
}

using Baton.Control;

namespace Baton.Cli.Discovery;

/// <summary>Asks a socket for the status, once.</summary>
internal static class StatusQuestion
{
    /// <summary>A living service answers within milliseconds; one that does not is stopped, or hangs.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <exception cref="ControlException">Nobody answered within <see cref="Limit"/>, or something else than a status.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    internal static async Task<RestartStatus> AskAsync(string socket, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            using ControlClient client = await ControlClient.ConnectAsync(socket, Limit, limit.Token);
            await foreach (ControlAnswer answer in client.AskAsync(new ControlRequest(ControlCommand.Status), limit.Token))
            {
                switch (answer)
                {
                    case ControlAnswer.Status status:
                        return status.Value;
                    case ControlAnswer.End end:
                        throw new ControlException(ControlFailure.ProtocolError, $"{end.Failure ?? "No status"}: {end.Explanation}");
                }
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ControlException(ControlFailure.TimedOut, $"No answer within {Limit.TotalSeconds} s.", e);
        }

        throw new ControlException(ControlFailure.Lost, "The answer had no end.");
    }
}

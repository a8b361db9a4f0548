namespace Baton;

/// <summary>Waiting for a token to be cancelled.</summary>
public static class CancellationTokenExtensions
{
    /// <summary>Completes when the token is cancelled; never fails.</summary>
    /// <param name="token">For example <see cref="Restarter.Draining"/>.</param>
    /// <returns>A task that completes at cancellation.</returns>
    public static async Task WhenCancelled(this CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (token.Register(cancelled.SetResult))
        {
            await cancelled.Task.ConfigureAwait(false);
        }
    }
}

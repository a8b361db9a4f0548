namespace Baton.Hosting;

/// <summary>Runs what the application gave to <see cref="HostedRestartOptions.ReadyWhen"/>.</summary>
internal sealed class CallbackPhase(HostedRestartOptions options) : IReadinessPhase
{
    public PhaseName Name => PhaseName.Callbacks;

    public bool HasWork => options.ReadyCallbacks.Count > 0;

    public async Task RunAsync(Action<string> report, CancellationToken cancel)
    {
        for (int i = 0; i < options.ReadyCallbacks.Count; i++)
        {
            if (options.ReadyCallbacks.Count > 1)
            {
                report($"{i + 1} of {options.ReadyCallbacks.Count}");
            }

            // One that does not heed its token must not hold up the end of the wait.
            await options.ReadyCallbacks[i](cancel).WaitAsync(cancel).ConfigureAwait(false);
        }
    }
}

namespace Baton.Hosting;

/// <summary>Runs the callbacks of <see cref="HostedRestartOptions.ReadyWhen"/>.</summary>
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

            // A callback that ignores its token must not delay the end of the wait.
            await options.ReadyCallbacks[i](cancel).WaitAsync(cancel).ConfigureAwait(false);
        }
    }
}

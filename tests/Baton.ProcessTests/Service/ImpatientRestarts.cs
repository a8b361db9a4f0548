namespace Baton.ProcessTests.Service;

/// <summary>Restarts of services whose <c>ReadyTimeout</c> is short because a test wants to see it end: on a busy machine it may end too early, and then they are asked for again.</summary>
internal static class ImpatientRestarts
{
    private const int Tries = 10;

    /// <summary>Restarts it and waits until the successor serves.</summary>
    /// <returns>The pid of the predecessor.</returns>
    internal static async Task<int> RestartInTimeAsync(this ServiceProcess service) => await service.RestartedAsync(await AskAsync(service, at: null));

    /// <summary>Asks for a restart that is to fail where it says this, and waits until it has.</summary>
    /// <returns>The log line that says so.</returns>
    internal static async Task<string> FailToRestartAsync(this ServiceProcess service, string at) => await service.FailedToRestartAsync(await AskAsync(service, at));

    // Where in the log the story of the last try begins.
    private static async Task<int> AskAsync(ServiceProcess service, string? at)
    {
        for (int left = Tries; ; left--)
        {
            int after = service.Log.Length;
            service.Signal(Libc.SIGUSR2);
            string outcome = (await service.Log.FirstAsync(ServiceProcess.Outcome, after)).Value;
            bool tooEarly = outcome.Contains("was not ready within", StringComparison.Ordinal) && (at is null || !outcome.Contains(at, StringComparison.Ordinal));
            if (left == 1 || !tooEarly)
            {
                return after;
            }
        }
    }
}

using System.Text.RegularExpressions;

namespace Baton.ProcessTests.Service;

/// <summary>Restarts of services whose <c>ReadyTimeout</c> is short because a test wants to see it end: on a busy machine it may end too early, and then they are asked for again.</summary>
internal static class ImpatientRestarts
{
    private const int Tries = 10;

    /// <summary>Restarts it and waits until the successor serves.</summary>
    /// <returns>The pid of the predecessor.</returns>
    internal static async Task<int> RestartInTimeAsync(this ServiceProcess service)
    {
        for (int left = Tries; ; left--)
        {
            int after = service.Log.Length;
            service.Signal(Libc.SIGUSR2);
            Match told = await service.Log.FirstAsync("Restart failed: .*|Restart asked by .* refused: .*|Handed over to process .*", after);
            if (left == 1 || !told.Value.Contains("was not ready within", StringComparison.Ordinal))
            {
                return await service.RestartedAsync(after);
            }
        }
    }

    /// <summary>Asks for a restart that is to fail where it says this, and waits until it has.</summary>
    /// <returns>The log line that says so.</returns>
    internal static async Task<string> FailToRestartAsync(this ServiceProcess service, string at)
    {
        for (int left = Tries; ; left--)
        {
            string line = await service.FailToRestartAsync();
            if (left == 1 || line.Contains(at, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }
}

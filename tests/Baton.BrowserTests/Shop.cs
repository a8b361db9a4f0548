using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.BrowserTests;

/// <summary>A service with a history, for pictures: releases that came about, a bad one, and a process that still has something to do.</summary>
internal static class Shop
{
    private static readonly Dictionary<string, string> s_pictures = new() { ["light"] = "admin.png", ["dark"] = "admin-dark.png" };

    internal static ServiceSetup Setup(ReleaseDirectory releases) => ServiceSetup.ListeningOn($"http://127.0.0.1:{FreePort.Next()}") with
    {
        Command = [releases.Program],
        Probation = TimeSpan.FromSeconds(1),
        Environment = new Dictionary<string, string> { ["GracefulRestart__Name"] = "shop" },
    };

    internal static async Task LiveAsync(ServiceProcess service)
    {
        await RestartAsync(service);
        await RestartAsync(service);
        service.SetNextBehaviour("crash-in-hosted-service");
        await service.FailToRestartAsync();
        service.SetNextBehaviour("");
    }

    internal static async Task<HttpConnection> LeaveOneDrainingAsync(ServiceProcess service)
    {
        HttpConnection stuck = await service.BeginStuckRequestAsync();
        await RestartAsync(service);
        return stuck;
    }

    /// <summary>The pictures of the documentation are of such a run, when <c>BATON_UPDATE_SCREENSHOTS</c> is set.</summary>
    internal static void Keep(string look, byte[] picture)
    {
        if (Environment.GetEnvironmentVariable("BATON_UPDATE_SCREENSHOTS") == "1" && s_pictures.TryGetValue(look, out string? file))
        {
            string directory = Directory.CreateDirectory(Path.Combine(Repository.Root, "docs", "images")).FullName;
            File.WriteAllBytes(Path.Combine(directory, file), picture);
        }
    }

    // Its probation included: what comes next is to begin at once.
    private static async Task RestartAsync(ServiceProcess service)
    {
        int after = service.Log.Length;
        await service.RestartAsync();
        await service.Log.FirstAsync($@"Process {service.Pid}, generation \d+: OnProbation -> Serving", after);
    }
}

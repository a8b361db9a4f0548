using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.BrowserTests;

/// <summary>A service with a history, for pictures: releases that came about, a bad one, and a process that still has something to do.</summary>
internal static class Shop
{
    private const int IdleVisitors = 4;
    private const string Limit = "GracefulRestart__DrainTimeout";
    private static readonly Dictionary<string, string> s_pictures = new() { ["light"] = "admin.png", ["dark"] = "admin-dark.png" };

    /// <summary>The old process has to be there until the last picture, however slow the machine is.</summary>
    internal static ServiceSetup DrainsForAnHour { get; } = new() { Environment = new Dictionary<string, string> { [Limit] = "01:00:00" } };

    internal static ServiceSetup Setup(ReleaseDirectory releases) => ServiceSetup.ListeningOn($"http://127.0.0.1:{FreePort.Next()}") with
    {
        Command = [releases.Program],
        Probation = TimeSpan.FromSeconds(1),
        Environment = new Dictionary<string, string>(DrainsForAnHour.Environment) { ["GracefulRestart__Name"] = "shop" },
    };

    internal static async Task LiveAsync(ServiceProcess service)
    {
        await RestartAsync(service);
        await RestartAsync(service);
        service.SetNextBehaviour("crash-in-hosted-service");
        await service.FailToRestartAsync();
        service.SetNextBehaviour("");
    }

    /// <returns>Connections that the picture needs: one whose request holds up the old process, others to the new one.</returns>
    internal static async Task<Visitors> LeaveOneDrainingAsync(ServiceProcess service)
    {
        var visitors = new Visitors { await service.BeginStuckRequestAsync() };
        await RestartAsync(service);
        visitors.Add((await service.BeginRequestAsync()).Connection);
        for (int i = 0; i < IdleVisitors; i++)
        {
            HttpConnection connection = await HttpConnection.OpenAsync(service.Address);
            visitors.Add(connection);
            await connection.GetAsync();
        }

        return visitors;
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

    internal sealed class Visitors : List<HttpConnection>, IDisposable
    {
        public void Dispose() => ForEach(connection => connection.Dispose());
    }
}

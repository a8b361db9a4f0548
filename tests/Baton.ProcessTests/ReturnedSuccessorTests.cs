using System.Globalization;
using System.Text.Json.Nodes;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>A successor that was rolled back and still has a request: it is counted and can be ended, and whoever ends it does not end the service.</summary>
public sealed class ReturnedSuccessorTests
{
    private static readonly ServiceSetup Setup = new ServiceSetup { Probation = TimeSpan.FromMinutes(1) }
        .With("--GracefulRestart:DrainTimeout=infinite", "--GracefulRestart:IdleGrace=infinite", "--GracefulRestart:ExitTimeout=00:00:02");

    [Fact]
    public async Task Force_asked_of_it_cuts_it_and_not_the_process_that_serves()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        (int predecessor, int successor, HttpConnection stuck, HttpConnection kept) = await TryAsync(service);
        using (stuck)
        using (kept)
        {
            await kept.SendTextAsync(new AdminClient(service.Address).Request("POST", "/force"));
            await service.EndAsync(successor);
            Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
            Assert.Equal("Serving", (string)(await ControlWire.StatusAsync(service.ControlSocket))["state"]!);
            Assert.Empty(service.Log.All($"Process {predecessor} forced by"));
        }
    }

    [Fact]
    public async Task Force_asked_of_the_process_that_serves_ends_it()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        (int predecessor, int successor, HttpConnection stuck, HttpConnection kept) = await TryAsync(service);
        using (stuck)
        using (kept)
        {
            await ListsAsync(service, predecessor, successor);
            IReadOnlyList<JsonNode> lines = await ControlWire.TalkAsync(service.ControlSocket, "force");

            // The socket is the successor's, too, for another moment.
            Assert.Contains(successor.ToString(CultureInfo.InvariantCulture), (string)lines[^1]["explanation"]!, StringComparison.Ordinal);
            Assert.Null(lines[^1]["failure"]);
            await service.EndAsync(successor);
            Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
            await ListsAsync(service, predecessor);
        }
    }

    [Fact]
    public async Task Several_unhealthy_releases_are_never_more_processes_than_may_live()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        var open = new List<HttpConnection>();
        try
        {
            var successors = new List<int>();
            for (int i = 0; i < 4; i++)
            {
                (_, int successor, HttpConnection stuck, HttpConnection kept) = await TryAsync(service);
                successors.Add(successor);
                open.AddRange([stuck, kept]);
                await Deadline.UntilAsync(() => service.Living.Count <= 3);
            }

            await ListsAsync(service, [service.Pid, .. successors[^2..]]);
        }
        finally
        {
            open.ForEach(c => c.Dispose());
        }
    }

    [Fact]
    public async Task Release_that_takes_over_later_lists_it_and_can_end_it()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { Probation = TimeSpan.FromSeconds(20) });
        (int predecessor, int returned, HttpConnection stuck, HttpConnection kept) = await TryAsync(service);
        using (stuck)
        using (kept)
        {
            await service.RestartAsync();
            await service.EndAsync(predecessor);
            await ListsAsync(service, service.Pid, returned);
            Assert.Equal(["/stuck"], await RequestsOfAsync(service, returned));

            await ControlWire.TalkAsync(service.ControlSocket, "force");
            await service.EndAsync(returned);
            await ListsAsync(service, service.Pid);
            Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        }
    }

    /// <summary>Restarts with a successor that gets unhealthy when it has a request that does not end, and an idle connection.</summary>
    private static async Task<(int Predecessor, int Successor, HttpConnection Stuck, HttpConnection Kept)> TryAsync(ServiceProcess service)
    {
        int after = service.Log.Length;
        service.SetNextBehaviour("");
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        HttpConnection stuck = await service.BeginStuckRequestAsync();
        HttpConnection kept = await HttpConnection.OpenAsync(service.Address);
        Assert.Equal(successor, (await kept.GetAsync()).Pid);
        await HttpConnection.GetOnceAsync(service.Address, "/unhealthy");
        await service.RolledBackAsync(after);
        Assert.Equal(predecessor, service.Pid);
        return (predecessor, successor, stuck, kept);
    }

    private static async Task<IEnumerable<string>> RequestsOfAsync(ServiceProcess service, int pid)
    {
        JsonNode[] requests = [];
        await Deadline.UntilAsync(async () =>
        {
            JsonNode status = await ControlWire.StatusAsync(service.ControlSocket);
            JsonNode? generation = status["generations"]!.AsArray().SingleOrDefault(g => (int)g!["pid"]! == pid);
            requests = [.. generation?["requests"]?.AsArray().OfType<JsonNode>() ?? []];
            return requests.Length > 0;
        });
        return requests.Select(r => (string)r["path"]!);
    }

    /// <summary>Waits until the process that serves lists itself and these.</summary>
    private static Task ListsAsync(ServiceProcess service, params int[] pids) => Deadline.UntilAsync(async () =>
    {
        JsonNode status = await ControlWire.StatusAsync(service.ControlSocket);
        return (int)status["pid"]! == service.Pid && status["generations"]!.AsArray().Select(g => (int)g!["pid"]!).Order().SequenceEqual(pids.Order());
    });
}

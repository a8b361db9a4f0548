using System.Globalization;
using System.Net.Sockets;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>Kestrel binds its endpoints anew while a restart or a probation is under way, in both processes, since it follows its configuration.</summary>
public sealed class EndpointReloadTests
{
    private const int Seed = 20261126;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Endpoint_changed_or_added_while_a_successor_starts_is_served_at_once_and_by_whoever_serves_in_the_end()
    {
        (int kept, int changed, int added) = (FreePort.Next(), FreePort.Next(), FreePort.Next());
        await using ServiceProcess service = await StartAsync(Long, Endpoint(kept), Endpoint(changed));
        int predecessor = service.Pid;
        (Latch latch, int successor) = await service.BeginRestartAsync();

        // As a renewed certificate: Kestrel stops the endpoint and starts it again.
        service.WriteSettings(Settings(Endpoint(kept), Endpoint(changed, "Http1"), Endpoint(added)));
        await AnswersAsync(predecessor, kept, changed, added);

        latch.Open();
        await service.RestartedAsync();
        await AnswersAsync(successor, kept, changed, added);

        ServiceProcess.Signal(successor, Libc.SIGKILL);
        await service.RolledBackAsync();
        await AnswersAsync(predecessor, kept, changed, added);
        Assert.Empty(service.Log.All("Unable to bind|Unable to reload"));
    }

    [Fact]
    public async Task Endpoint_changed_while_a_successor_starts_that_fails_goes_on_in_the_predecessor()
    {
        (int changed, int added) = (FreePort.Next(), FreePort.Next());
        using var other = new OccupiedPort();
        await using ServiceProcess service = await StartAsync(Long, Endpoint(changed));
        (_, int successor) = await service.BeginRestartAsync();

        service.WriteSettings(Settings(Endpoint(changed, "Http1"), Endpoint(added), Endpoint(other.Port)));
        await AnswersAsync(service.Pid, changed, added);
        await service.Log.FirstAsync($@"127\.0\.0\.1:{other.Port} is not listened on for now");
        ServiceProcess.Signal(successor, Libc.SIGKILL);
        await service.FailedToRestartAsync();

        await AnswersAsync(service.Pid, changed, added);
        await service.Log.FirstAsync($@"127\.0\.0\.1:{other.Port} can't be listened on");
        service.WriteSettings(Settings(Endpoint(added)));
        await Deadline.UntilAsync(() => !Address(changed).Accepts());
        await AnswersAsync(service.Pid, added);
    }

    [Fact]
    public async Task Only_endpoint_moved_on_probation_is_served_at_its_new_place_by_the_successor_and_after_a_roll_back_by_the_predecessor()
    {
        (int before, int after) = (FreePort.Next(), FreePort.Next());
        await using ServiceProcess service = await StartAsync(Long, Endpoint(before));
        int predecessor = await service.RestartAsync();

        service.WriteSettings(Settings(Endpoint(after)));
        await AnswersAsync(service.Pid, after);
        service.Signal(Libc.SIGKILL);
        await service.RolledBackAsync();

        Assert.Equal(predecessor, service.Pid);
        await AnswersAsync(predecessor, after);
        await Deadline.UntilAsync(() => !Address(before).Accepts());
        Assert.Empty(service.Log.All("Unable to bind|Unable to reload"));
    }

    [Fact]
    public async Task Endpoint_changed_and_one_added_on_probation_are_the_successors_and_stay_when_the_predecessor_has_gone()
    {
        (int changed, int added) = (FreePort.Next(), FreePort.Next());
        await using ServiceProcess service = await StartAsync(TimeSpan.FromSeconds(5), Endpoint(changed));
        int predecessor = await service.RestartAsync();

        service.WriteSettings(Settings(Endpoint(changed, "Http1"), Endpoint(added)));
        await AnswersAsync(service.Pid, changed, added);
        await service.EndAsync(predecessor);

        await AnswersAsync(service.Pid, changed, added);
        await service.RestartAsync();
        await AnswersAsync(service.Pid, changed, added);
        Assert.Empty(service.Log.All("Unable to bind|Unable to reload"));
    }

    [Fact]
    public async Task Endpoint_added_at_any_moment_of_a_restart_is_served_in_the_end()
    {
        var random = new Random(Seed);
        var ports = new List<int> { FreePort.Next() };
        await using ServiceProcess service = await StartAsync(TimeSpan.FromSeconds(10), Endpoint(ports[0]));
        for (int round = 0; round < 3; round++)
        {
            TimeSpan delay = TimeSpan.FromMilliseconds(random.Next(1000));
            bool rolledBack = random.Next(2) == 0;
            ports.Add(FreePort.Next());
            int after = service.Log.Length;
            service.Signal(Libc.SIGUSR2);
            await Task.Delay(delay, TestContext.Current.CancellationToken);
            service.WriteSettings(Settings([.. ports.Select(p => Endpoint(p))]));
            int predecessor = await service.RestartedAsync(after);
            if (rolledBack)
            {
                service.Signal(Libc.SIGKILL);
                await service.RolledBackAsync(after);
            }
            else
            {
                await service.EndAsync(predecessor);
            }

            await AnswersAsync(service.Pid, [.. ports]);
        }
    }

    private static Task<ServiceProcess> StartAsync(TimeSpan probation, params string[] endpoints) => ServiceProcess.StartAsync(new ServiceSetup
    {
        Arguments = [],
        Settings = Settings(endpoints),
        Probation = probation,
        Environment = new Dictionary<string, string> { ["DOTNET_hostBuilder__reloadConfigOnChange"] = "true" },
    });

    private static string Settings(params string[] endpoints) => $$"""{ "Kestrel": { "Endpoints": { {{string.Join(", ", endpoints)}} } } }""";

    // Known by its name, so that one that has moved is another.
    private static string Endpoint(int port, string protocols = "Http1AndHttp2") =>
        string.Create(CultureInfo.InvariantCulture, $$"""  "E{{port}}": { "Url": "http://127.0.0.1:{{port}}", "Protocols": "{{protocols}}" }""");

    private static ServiceAddress Address(int port) => ServiceAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));

    /// <summary>Waits until a process, and no other, answers there. What hangs there fails.</summary>
    private static async Task AnswersAsync(int pid, params int[] ports)
    {
        foreach (int port in ports)
        {
            await Deadline.UntilAsync(async () => await PidAtAsync(port) == pid, $"process {pid} answers at {port}");
        }
    }

    private static async Task<int> PidAtAsync(int port)
    {
        try
        {
            return (await HttpConnection.GetOnceAsync(Address(port))).Pid;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // Not bound yet, or bound anew just now.
            return 0;
        }
    }
}

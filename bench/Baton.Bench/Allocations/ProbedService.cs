using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Baton.Bench.Services;

namespace Baton.Bench.Allocations;

/// <summary>A service that says how many bytes it has allocated, and the clients that load it. Owns all of it.</summary>
internal sealed class ProbedService : IAsyncDisposable
{
    /// <summary>Requests at once: connections of HTTP/1.1, streams of one connection of HTTP/2.</summary>
    private const int Concurrency = 8;

    private readonly ServiceProcess _process;
    private readonly Socket _probe;
    private readonly DirectoryInfo _scratch;
    private readonly Uri _http1;
    private readonly Uri _http2;

    private ProbedService(ServiceProcess process, Socket probe, DirectoryInfo scratch, ServiceCommand command)
    {
        (_process, _probe, _scratch) = (process, probe, scratch);
        (_http1, _http2) = (new Uri($"http://{command.Address}"), new Uri($"http://{command.Http2Address}"));
    }

    public int Pid => _process.Pid;

    public static async Task<ProbedService> StartAsync(string program, int port, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("baton-bench-");
        string path = Path.Combine(scratch.FullName, "probe");
        var command = new ServiceCommand(program, new IPEndPoint(IPAddress.Loopback, port))
        {
            Http2Address = new IPEndPoint(IPAddress.Loopback, port + 1),
            Arguments = arguments,
            Environment = new Dictionary<string, string>
            {
                ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
                [StartupHook.PathVariable] = path,
            },
        };
        ServiceProcess process = await ServiceProcess.StartAsync(command, cancellation);
        Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        ProbedService service = new(process, probe, scratch, command);
        try
        {
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Bytes that the service allocates while it answers a number of requests, for each of them.</summary>
    public async Task<double> BytesPerRequestAsync(Scenario scenario, int requests, CancellationToken cancellation)
    {
        using HttpClient client = CreateClient(scenario);
        await SendAsync(client, scenario, Concurrency * 4, cancellation);
        long before = await AllocatedAsync(cancellation);
        await SendAsync(client, scenario, requests, cancellation);
        return (double)(await AllocatedAsync(cancellation) - before) / requests;
    }

    public async ValueTask DisposeAsync()
    {
        _probe.Dispose();
        await _process.DisposeAsync();
        _scratch.Delete(recursive: true);
    }

    private static async Task SendAsync(HttpClient client, Scenario scenario, int requests, CancellationToken cancellation)
    {
        async Task SendShareAsync(int share)
        {
            for (int i = 0; i < share; i++)
            {
                await client.GetByteArrayAsync(new Uri(scenario.Path, UriKind.Relative), cancellation);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => SendShareAsync(requests / Concurrency)));
    }

    private HttpClient CreateClient(Scenario scenario) => new(new SocketsHttpHandler { MaxConnectionsPerServer = Concurrency })
    {
        BaseAddress = scenario.Http2 ? _http2 : _http1,
        DefaultRequestVersion = scenario.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private async Task<long> AllocatedAsync(CancellationToken cancellation)
    {
        byte[] answer = new byte[sizeof(long)];
        await _probe.SendAsync(new byte[1], cancellation);
        int read = await _probe.ReceiveAsync(answer, cancellation);
        return read == answer.Length ? MemoryMarshal.Read<long>(answer) : throw new BenchException($"Process {Pid} no longer answers its probe.");
    }
}

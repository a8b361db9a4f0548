using System.Net.Sockets;
using System.Text;
using Baton.ProcessTests.Http;

namespace Baton.ProcessTests.Proxies;

/// <summary>HAProxy with samples/proxies/haproxy.cfg.</summary>
internal sealed class Haproxy : Proxy
{
    // Connections to the service that failed, answers that did not come or were no HTTP, requests that were sent again.
    private static readonly string[] Faults = ["econ", "eresp", "wretr", "wredis", "hrsp_5xx", "hrsp_4xx", "srv_abrt"];

    private string StatisticsSocket => PathOf("stats.sock");

    /// <param name="service">A TCP address or a unix socket.</param>
    /// <param name="retries">Whether HAProxy may try again after a failure, as it does by default.</param>
    internal static Task<Haproxy> StartAsync(ServiceAddress service, bool retries) =>
        StartAsync(service.EndPoint is UnixDomainSocketEndPoint ? $"unix@{service.Text}" : service.EndPoint.ToString()!, retries);

    /// <summary>In front of two instances, whose health it asks.</summary>
    internal static Task<Haproxy> StartAsync(ServiceAddress one, ServiceAddress two)
    {
        const string Check = "check inter 200ms fall 1 rise 1";
        return StartAsync($"{one.EndPoint} {Check}\n    option httpchk GET /health\n    server hello2 {two.EndPoint} {Check}", retries: true);
    }

    private static async Task<Haproxy> StartAsync(string server, bool retries)
    {
        var haproxy = new Haproxy();
        string configuration = Sample("haproxy.cfg", server, haproxy.Listen, ":8080");
        configuration = Replaced(configuration, "global\n", $"global\n    stats socket {haproxy.StatisticsSocket}\n");
        if (!retries)
        {
            configuration = Replaced(configuration, "mode http\n", "mode http\n    retries 0\n");
        }

        File.WriteAllText(haproxy.PathOf("haproxy.cfg"), configuration);
        await haproxy.StartAsync("/usr/sbin/haproxy", "-q", "-db", "-f", haproxy.PathOf("haproxy.cfg"));
        return haproxy;
    }

    /// <summary>The counters of what went wrong are zero, for the server and for the whole backend.</summary>
    internal override async Task AssertNoUpstreamErrorAsync()
    {
        string[] lines = (await AskAsync("show stat\n")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] names = lines[0].TrimStart('#', ' ').Split(',');
        Dictionary<string, string>[] rows =
            [.. lines.Skip(1).Select(line => names.Zip(line.Split(',')).ToDictionary(p => p.First, p => p.Second)).Where(row => row["pxname"] == "hello")];
        Assert.Equal(["hello", "BACKEND"], rows.Select(row => row["svname"]));
        Assert.All(rows, row =>
        {
            Assert.NotEqual("0", row["hrsp_2xx"]);
            Assert.Empty(Faults.Where(fault => row[fault] != "0").Select(fault => $"{row["svname"]} {fault}={row[fault]}"));
        });
    }

    private async Task<string> AskAsync(string command)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(StatisticsSocket));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>
/// S6: whoever asks for the end of a process is there until that end, and must not be what it waits for; nor must who watches, is silent, or does not read. No
/// limit helps here: all are infinite, so what is waited for is waited for in vain.
/// </summary>
public sealed class AdminDrainTests
{
    private const string FormHead = "POST /debug/admin/restart HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    private static readonly string[] s_patient = ["--GracefulRestart:DrainTimeout=infinite", "--GracefulRestart:IdleGrace=infinite"];

    public static TheoryData<string> Variants => new(HttpVariant.Http1, HttpVariant.Http1OverTls, HttpVariant.Http2, HttpVariant.Http2OverTls);

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Shutdown_is_answered_when_all_work_is_done_and_then_the_process_ends(string name)
    {
        using var variant = new HttpVariant(name);
        await using ServiceProcess service = await ServiceProcess.StartAsync(variant.Setup.With(s_patient));
        using HttpClient client = variant.NewClient(service.Address);
        using HttpClient other = variant.NewClient(service.Address);
        using HttpClient watching = variant.NewClient(service.Address);
        using HttpResponseMessage events = await watching.GetAsync("/debug/admin/events", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Latch latch = service.NewLatch();
        Task<HttpResponseMessage> slow = other.GetAsync(latch.Request, TestContext.Current.CancellationToken);
        await latch.ReachedAsync();

        Task<HttpResponseMessage> asked = client.PostAsync("/debug/admin/shutdown", content: null, TestContext.Current.CancellationToken);
        await service.Log.FirstAsync("Serving -> ShuttingDown");
        Assert.False(asked.IsCompleted);
        latch.Open();

        Assert.Equal(HttpStatusCode.OK, (await slow.InTime()).StatusCode);

        // The slow one's own connection is idle now, and would stay.
        other.Dispose();
        using HttpResponseMessage answer = await asked.InTime();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        JsonNode outcome = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken).InTime())!;
        Assert.Equal($"process {service.Pid} has nothing left to do", (string)outcome["explanation"]!);
        Assert.Contains("\"state\":\"Exited\"", await events.Content.ReadAsStringAsync(TestContext.Current.CancellationToken).InTime(), StringComparison.Ordinal);
        Assert.Equal(0, await service.EndAsync(service.Pid));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Restart_over_a_connection_of_the_old_process_is_answered_by_it_and_it_ends(string name)
    {
        using var variant = new HttpVariant(name);
        await using ServiceProcess service = await ServiceProcess.StartAsync((variant.Setup with { Probation = TimeSpan.FromSeconds(1) }).With(s_patient));
        int old = service.Pid;
        using HttpClient client = variant.NewClient(service.Address);
        Assert.Equal("hello", await client.GetStringAsync("/", TestContext.Current.CancellationToken).InTime());

        using HttpResponseMessage answer = await client.PostAsync("/debug/admin/restart", content: null, TestContext.Current.CancellationToken).InTime();

        JsonNode outcome = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken).InTime())!;
        Assert.Equal(old, (int)outcome["pid"]!);
        await service.RestartedAsync();
        Assert.Equal(service.Pid, (int)outcome["record"]!["successorPid"]!);
        client.Dispose();
        Assert.Equal(0, await service.EndAsync(old));
    }

    [Fact]
    public async Task Connection_that_was_made_before_a_restart_still_asks_the_old_process()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(8) }.With(s_patient));
        int old = service.Pid;
        using HttpConnection connection = await HttpConnection.OpenAsync(service.Address);
        await connection.GetAsync();
        await service.RestartAsync();

        await connection.SendTextAsync(new AdminClient(service.Address).Request("POST", "/restart"));

        // It is held, as the old process may have to serve again; then it is not for it any more.
        var answer = new AdminAnswer(await connection.ReceiveAsync());
        Assert.Equal((409, "AlreadyHandedOver", old), (answer.Status, answer.Failure, answer.Http.Pid));
        Assert.Contains($"process {service.Pid}; ask that one", answer.Detail, StringComparison.Ordinal);
        await connection.EndsAsync();
        Assert.Equal(0, await service.EndAsync(old));
    }

    [Fact]
    public async Task Complete_restart_is_answered_when_the_new_process_was_started()
    {
        ServiceSetup setup = ServiceSetup.ListeningOn($"http://127.0.0.1:{FreePort.Next()}").With(s_patient).With("--GracefulRestart:Strategy=Complete");
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        int old = service.Pid;

        AdminAnswer answer = await new AdminClient(service.Address).PostAsync("/restart");

        Assert.Equal(200, answer.Status);
        Assert.Equal(0, await service.EndAsync(old));
        await service.RestartedAsync();
        Assert.Equal(service.Pid, (int)answer.Json["record"]!["successorPid"]!);
    }

    [Fact]
    public async Task Streams_that_nobody_reads_delay_neither_restart_nor_end()
    {
        const int many = 50;
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            new ServiceSetup { Probation = TimeSpan.FromSeconds(1) }.With(s_patient).With($"--GracefulRestart:Admin:MaxStreams={many}", "--GracefulRestart:Admin:Timeout=01:00:00"));
        AdminClient client = new(service.Address);
        int old = service.Pid;
        using var streams = new Disposables();
        for (int i = 0; i < many; i++)
        {
            streams.Add(await client.BeginAsync("GET", i % 2 == 0 ? "/events" : "/events?view=html"));
        }

        // Who asks takes a place, too: one of the streams may have been refused for that.
        while (await StatusOfEventsAsync(client) != 503)
        {
            streams.Add(await client.BeginAsync("GET", "/events"));
        }

        await service.RestartAsync();
        Assert.Equal(0, await service.EndAsync(old));

        for (int i = 0; i < many; i++)
        {
            streams.Add(await client.BeginAsync("GET", "/events"));
        }

        await service.StopAsync();
        Assert.Empty(service.Log.All("Forced"));
    }

    [Fact]
    public async Task Requests_that_never_come_to_their_end_delay_neither_restart_nor_end()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With(s_patient).With("--GracefulRestart:Admin:Timeout=01:00:00"));
        using var clients = new Disposables();
        for (int i = 0; i < 2; i++)
        {
            int old = service.Pid;
            int after = service.Log.Length;
            clients.Add(await OpenAsync(service, $"{FormHead}Content-Length: 20\r\n\r\nprogram"));
            clients.Add(await OpenAsync(service, $"{FormHead}Transfer-Encoding: chunked\r\n\r\n7\r\nprogram\r\n"));
            clients.Add(await OpenAsync(service, $"{FormHead}Sec-Fetch-Site: cross-site\r\nContent-Length: 1000000\r\n\r\nx"));
            await service.Log.FirstAsync("Refused restart asked by", after);
            if (i == 0)
            {
                await service.RestartAsync();
            }
            else
            {
                service.Signal(Libc.SIGTERM);
            }

            Assert.Equal(0, await service.EndAsync(old));
        }
    }

    [Fact]
    public async Task Body_without_an_end_is_cut_off()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:Admin:Timeout=500ms"));
        AdminClient client = new(service.Address);
        using HttpConnection tooLong = await OpenAsync(service, $"{FormHead}Content-Length: 1000000\r\n\r\n");
        Assert.Equal(413, (await tooLong.ReceiveAsync()).Status);
        using HttpConnection endless = await OpenAsync(service, $"{FormHead}Transfer-Encoding: chunked\r\n\r\n11000\r\nprogram={new string('x', 0x11000 - 8)}\r\n");
        Assert.Equal(413, (await endless.ReceiveAsync()).Status);
        using HttpConnection silent = await OpenAsync(service, $"{FormHead}Content-Length: 20\r\n\r\nprogram");
        Assert.Equal(408, (await silent.ReceiveAsync()).Status);
        Assert.Equal(200, (await client.GetAsync("/status")).Status);
        Assert.Empty(service.Log.All("Restart asked by"));
    }

    // Kestrel ends it, when the time is over in which a request's headers must have come (30 s unless configured).
    [Fact]
    public async Task Request_without_the_end_of_its_headers_is_an_idle_connection_like_others()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:DrainTimeout=infinite", "--GracefulRestart:IdleGrace=100ms", "--HeadersTimeout=00:00:01"));
        int old = service.Pid;
        using HttpConnection half = await OpenAsync(service, "POST /debug/admin/restart HTTP/1.1\r\nHost: local");
        await service.RestartAsync();
        Assert.Equal(0, await service.EndAsync(old));
        using HttpConnection halfToo = await OpenAsync(service, "POST /debug/admin/restart HTTP/1.1\r\nHost: local");
        await service.StopAsync();
    }

    [Fact]
    public async Task Streams_are_limited_and_make_room_when_their_clients_leave()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:Admin:MaxStreams=1"));
        AdminClient client = new(service.Address);
        using (AdminEvents first = await AdminEvents.FollowAsync(client))
        {
            await first.UntilAsync("status");
            AdminAnswer second = await client.GetAsync("/events");
            Assert.Equal((503, "Busy"), (second.Status, second.Failure));
        }

        await Deadline.UntilAsync(async () => await StatusOfEventsAsync(client) == 200);
    }

    [Fact]
    public async Task Watcher_is_no_work_that_is_cut_when_there_is_no_time_at_all()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:DrainTimeout=0", "--GracefulRestart:IdleGrace=0"));
        using AdminEvents events = await AdminEvents.FollowAsync(new AdminClient(service.Address));
        await events.UntilAsync("status");

        AdminAnswer answer = await new AdminClient(service.Address).PostAsync("/shutdown");

        Assert.Equal(200, answer.Status);
        Assert.Contains("Exited", (await events.ToEndAsync()).Where(e => e.Name == "state").Select(e => (string)e.Data["state"]!));
        Assert.Equal(0, await service.EndAsync(service.Pid));
    }

    [Fact]
    public async Task Work_beside_a_stream_on_the_same_connection_is_waited_for()
    {
        using var variant = new HttpVariant(HttpVariant.Http2);
        await using ServiceProcess service = await ServiceProcess.StartAsync(variant.Setup.With(s_patient));
        int old = service.Pid;
        using HttpClient client = variant.NewClient(service.Address);
        using HttpResponseMessage events = await client.GetAsync("/debug/admin/events", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).InTime();
        Latch latch = service.NewLatch();
        Task<HttpResponseMessage> slow = client.GetAsync(latch.Request, TestContext.Current.CancellationToken);
        await latch.ReachedAsync();

        await service.RestartAsync();
        await service.Log.FirstAsync($"Process {old}, generation 1: HandedOver -> Draining");
        Assert.Empty(service.Log.All($"Process {old} drained"));
        latch.Open();

        Assert.Equal(HttpStatusCode.OK, (await slow.InTime()).StatusCode);
        Assert.Equal(0, await service.EndAsync(old));
        Assert.Contains("\"succeeded\":true", await events.Content.ReadAsStringAsync(TestContext.Current.CancellationToken).InTime(), StringComparison.Ordinal);
    }

    private static async Task<int> StatusOfEventsAsync(AdminClient client)
    {
        using HttpConnection connection = await client.BeginAsync("GET", "/events");
        return (await connection.ReceiveHeadAsync()).Status;
    }

    private static async Task<HttpConnection> OpenAsync(ServiceProcess service, string text)
    {
        HttpConnection connection = await HttpConnection.OpenAsync(service.Address);
        await connection.SendTextAsync(text);
        return connection;
    }

    private sealed class Disposables : List<IDisposable>, IDisposable
    {
        public void Dispose() => ForEach(d => d.Dispose());
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>The admin API: what each endpoint does and answers.</summary>
public sealed class AdminApiTests
{
    [Fact]
    public async Task Restart_is_answered_with_the_outcome_and_not_before_the_end_of_the_probation()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(1) });
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        foreach ((string method, string operation) in (IEnumerable<(string, string)>)[("POST", "restart"), ("POST", "reload"), ("GET", "restart"), ("GET", "reload")])
        {
            (int old, int generation) = (service.Pid, service.Generation);
            using HttpConnection asked = await new AdminClient(service.Address).BeginAsync(method, $"/{operation}");

            var answer = new AdminAnswer(await asked.ReceiveAsync());

            await service.Log.FirstAsync($"Process {old}, generation {generation}: HandedOver -> Draining");
            Assert.Equal((200, "application/json"), (answer.Status, answer.Type));
            Assert.True((bool)answer.Json["succeeded"]!);
            Assert.False((bool)answer.Json["keepsServing"]!);
            Assert.Equal((operation, old, generation), ((string)answer.Json["operation"]!, (int)answer.Json["pid"]!, (int)answer.Json["generation"]!));
            await service.RestartedAsync();
            Assert.Equal((service.Pid, generation + 1), ((int)answer.Json["record"]!["successorPid"]!, (int)answer.Json["record"]!["generation"]!));
            Assert.Equal((byte)'\n', answer.Http.Body[^1]);
            Assert.Equal(0, await service.EndAsync(old));
            await service.Log.FirstAsync($@"Restart asked by the admin API \(127\.0\.0\.1:\d+, {method} /debug/admin/{operation}\)");
        }

        await load.EndWithoutFailureAsync();
    }

    [Fact]
    public async Task Restart_without_waiting_is_answered_when_it_has_begun()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.Behaviour);
        AdminClient client = new(service.Address);

        AdminAnswer answer = await client.PostAsync("/restart", "wait=false");
        AdminAnswer second = await client.PostAsync("/restart?wait=false");
        await service.Log.FirstAsync("Restart asked by .* refused");
        int after = service.Log.Length;
        latch.Open();

        Assert.Equal((202, "/debug/admin/status"), (answer.Status, answer.Http.Headers["Location"]));
        Assert.False((bool)answer.Json["held"]!);
        Assert.Equal((409, "application/problem+json", "InProgress"), (second.Status, second.Type, second.Failure));
        await service.RestartedAsync(after);
    }

    [Fact]
    public async Task Restart_asked_on_probation_is_held_and_then_answered()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(8) });
        await service.RestartAsync();
        AdminClient client = new(service.Address);

        AdminAnswer held = await client.PostAsync("/restart?wait=false");
        AdminAnswer answer = await client.PostAsync("/restart");

        Assert.Equal(202, held.Status);
        Assert.Equal("the probation is over", (string)held.Json["until"]!);
        Assert.Equal((200, 3), (answer.Status, (int)answer.Json["record"]!["generation"]!));
    }

    [Fact]
    public async Task Restart_that_fails_or_is_rolled_back_says_why_and_the_service_goes_on()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(60) });
        AdminClient client = new(service.Address);
        foreach ((string behaviour, string failure, string detail) in (IEnumerable<(string, string, string)>)
            [("crash-in-hosted-service", "SuccessorFailed", "told to crash in a hosted service"), ("after-commit kill 1", "SuccessorDied", "rolled back")])
        {
            service.SetNextBehaviour(behaviour);

            AdminAnswer answer = await client.PostAsync("/restart");

            Assert.Equal((502, "application/problem+json", failure), (answer.Status, answer.Type, answer.Failure));
            Assert.Contains(detail, answer.Detail, StringComparison.Ordinal);
            Assert.Equal(failure, (string)answer.Json["record"]!["failure"]!);
            Assert.Equal(502, (int)answer.Json["status"]!);
            JsonNode status = (await client.GetAsync("/status")).Json;
            Assert.Equal((service.Pid, "Serving"), ((int)status["pid"]!, (string)status["state"]!));
        }
    }

    [Fact]
    public async Task Status_is_what_the_control_socket_says()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await service.Log.FirstAsync("Control socket: ");
        JsonNode overHttp = (await new AdminClient(service.Address).GetAsync("/status")).Json;
        JsonNode overSocket = await ControlWire.StatusAsync(service.ControlSocket);
        Assert.Equal(overSocket.ToJsonString(), overHttp.ToJsonString());

        // Whoever looks is no work of the service.
        Assert.Empty(overHttp["generations"]![0]!["connections"]!.AsObject());
    }

    [Fact]
    public async Task Events_tell_the_story_until_the_process_has_handed_over_for_good()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(1) });
        int old = service.Pid;
        using AdminEvents plain = await AdminEvents.FollowAsync(new AdminClient(service.Address));
        using AdminEvents withHtml = await AdminEvents.FollowAsync(new AdminClient(service.Address), "?view=html");
        Assert.Equal("Serving", (string)(await plain.UntilAsync("status"))["status"]!["state"]!);
        Assert.NotEmpty((await withHtml.UntilAsync("view"))["html"]!.AsObject());

        await service.RestartAsync();

        IReadOnlyList<(string Name, JsonNode Data)> story = await plain.ToEndAsync();
        string[] kinds = [.. story.Select(e => e.Name).Where(n => n != "status").Distinct()];
        Assert.Equal(["accepted", "drain", "outcome", "phase", "state", "successor"], kinds.Order());
        Assert.All(story, e => Assert.Equal(e.Name, (string)e.Data["kind"]!));
        Assert.True((bool)story.Single(e => e.Name == "outcome").Data["succeeded"]!);
        Assert.Equal(
            ["spawn", "starting", "hosted services", "warm-up", "commit", "probation"],
            story.Where(e => e.Name == "phase").Select(e => (string)e.Data["name"]!).Distinct());
        Assert.Equal(["Restarting", "HandedOver", "Draining"], story.Where(e => e.Name == "state").Select(e => (string)e.Data["state"]!).Where(s => s != "Exited"));

        Assert.Contains("view", (await withHtml.ToEndAsync()).Select(e => e.Name));
        Assert.Equal(0, await service.EndAsync(old));
        using AdminEvents again = await AdminEvents.FollowAsync(new AdminClient(service.Address));
        Assert.Equal(service.Pid, (int)(await again.UntilAsync("status"))["status"]!["pid"]!);
    }

    [Fact]
    public async Task Page_and_its_files_are_there_with_headers_that_keep_others_out()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        AdminClient client = new(service.Address);
        AdminAnswer page = await client.GetAsync("");
        Assert.Equal((200, "text/html; charset=utf-8"), (page.Status, page.Type));
        Assert.Contains(service.Pid.ToString(CultureInfo.InvariantCulture), page.Http.Text, StringComparison.Ordinal);
        Assert.Equal(page.Status, (await client.GetAsync("/")).Status);
        string[] files = [.. Regex.Matches(page.Http.Text, "(?:href|src)=\"\\./admin(/admin\\.\\w+\\?v=\\w+)\"").Select(m => m.Groups[1].Value)];
        Assert.Equal(["/admin.css", "/admin.js", "/admin.svg"], files.Select(f => f.Split('?')[0]).Order());
        foreach (AdminAnswer answer in (AdminAnswer[])[page, await client.GetAsync(files[0]), await client.GetAsync(files[1]), await client.GetAsync(files[2]), await client.GetAsync("/status"), await client.GetAsync("/force"), await client.GetAsync("/status", "Origin: null")])
        {
            Assert.Contains("default-src 'none'", answer.Http.Headers["Content-Security-Policy"], StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Http.Headers["X-Content-Type-Options"]);
            Assert.Equal("same-origin", answer.Http.Headers["Referrer-Policy"]);
            Assert.Equal("same-origin", answer.Http.Headers["Cross-Origin-Resource-Policy"]);
            Assert.Equal("no-store", answer.Http.Headers["Cache-Control"]);
        }

        Assert.Equal("text/css; charset=utf-8", (await client.GetAsync("/admin.css")).Type);
        Assert.Equal("text/javascript; charset=utf-8", (await client.GetAsync("/admin.js")).Type);
        Assert.Equal("image/svg+xml", (await client.GetAsync("/admin.svg")).Type);
    }

    [Fact]
    public async Task Request_that_is_not_meant_like_that_does_nothing()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        AdminClient client = new(service.Address);
        foreach ((string method, string path, string? form, int status) in (IEnumerable<(string, string, string?, int)>)
            [
                ("POST", "/restart?prog=/srv/2/App", null, 400), ("POST", "/restart?wait=maybe", null, 400), ("POST", "/restart", "program=/a&newExeFilePath=/b", 400),
                ("POST", "/force", null, 409), ("PUT", "/restart", null, 405), ("HEAD", "/restart", null, 405), ("OPTIONS", "/restart", null, 405),
                ("DELETE", "/status", null, 405), ("POST", "/status", null, 405), ("GET", "/nothing", null, 404),
            ])
        {
            using HttpConnection connection = await client.BeginAsync(method, path, form);
            Assert.Equal((method, path, status), (method, path, (await connection.ReceiveHeadAsync()).Status));
        }

        Assert.Equal([service.Pid], service.Living);
        Assert.Empty(service.Log.All("Started successor"));

        // And one that is.
        using HttpConnection meant = await client.BeginAsync("GET", "/restart/", "");
        Assert.Equal(200, (await meant.ReceiveHeadAsync()).Status);
        await service.RestartedAsync();
        Assert.Single(service.Log.All("Started successor"));
    }

    [Fact]
    public async Task Shutdown_with_force_ends_the_service_at_once_and_says_what_was_cut()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:DrainTimeout=infinite"));
        using HttpConnection stuck = await service.BeginStuckRequestAsync();

        AdminAnswer answer = await new AdminClient(service.Address).PostAsync("/shutdown", "force=true");

        Assert.Equal(200, answer.Status);
        Assert.Contains("1 connections and 1 requests were cut, forced by the admin API", (string)answer.Json["explanation"]!, StringComparison.Ordinal);
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(service.Pid));
    }

    [Fact]
    public async Task Force_cuts_what_an_older_process_still_has()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:DrainTimeout=infinite"));
        using HttpConnection stuck = await service.BeginStuckRequestAsync();
        int old = await service.RestartAsync();
        AdminClient client = new(service.Address);
        await Deadline.UntilAsync(async () => (await client.GetAsync("/status")).Json["generations"]!.AsArray().Count == 2);

        AdminAnswer answer = await client.PostAsync("/force");

        Assert.Equal(200, answer.Status);
        Assert.Contains($"process {old}, generation 1", (string)answer.Json["explanation"]!, StringComparison.Ordinal);
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(old));
    }

    [Fact]
    public async Task Turned_off_it_says_so_and_the_application_runs()
    {
        await using ServiceProcess service = ServiceProcess.Launch(new ServiceSetup().With("--GracefulRestart:Enabled=false"));
        await service.Log.FirstAsync("Now listening on: ");
        AdminAnswer answer = await new AdminClient(service.Address).PostAsync("/restart");
        Assert.Equal((404, "application/problem+json"), (answer.Status, answer.Type));
        Assert.Contains("GracefulRestart:Enabled", answer.Detail, StringComparison.Ordinal);
        Assert.Equal(200, (await HttpConnection.GetOnceAsync(service.Address)).Status);
    }

    [Fact]
    public async Task Group_and_path_base_come_before_the_pattern()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--Admin:PathBase=/shop", "--Admin:Group=/internal"));
        AdminClient client = new(service.Address, "/shop/internal/debug/admin");
        AdminAnswer page = await client.GetAsync("");
        Assert.Contains("\"./admin/admin.css?v=", page.Http.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await client.GetAsync("/admin.css")).Status);
        AdminAnswer answer = await client.PostAsync("/restart?wait=false");
        Assert.Equal((202, "/shop/internal/debug/admin/status"), (answer.Status, answer.Http.Headers["Location"]));
        await service.RestartedAsync();
    }
}

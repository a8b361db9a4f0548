using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Proxies;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>S1, S2: who may use the admin API, and what it starts. The rules one by one are in AdminRulesTests; here they stand before each endpoint of a real service.</summary>
public sealed class AdminSecurityTests : IDisposable
{
    private const string User = "X-User: alice";
    private static readonly string[] s_reads = ["", "/admin.css", "/admin.js", "/status", "/events", "/events?view=html"];
    private static readonly string[] s_acts = ["/restart", "/reload", "/shutdown", "/force"];

    private readonly ReleaseDirectory _releases = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _releases.Dispose();
        _directory.Dispose();
    }

    [Fact] // S1
    public async Task Request_on_behalf_of_another_site_is_refused_at_every_endpoint_and_nothing_is_done()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        AdminClient client = new(service.Address);
        await AssertAllRefusedAsync(service, client, "cross-site", "Sec-Fetch-Site: cross-site");
        await AssertAllRefusedAsync(service, client, "cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: navigate");
        await AssertAllRefusedAsync(service, client, "origin", "Origin: http://evil.example");
        await AssertAllRefusedAsync(service, client, "origin", "Origin: null");
        await AssertAllRefusedAsync(service, client, "referer", "Referer: http://evil.example/");
        await AssertAllRefusedAsync(service, client, "prefetch", "Sec-Purpose: prefetch");
        await AssertAllRefusedAsync(service, client, "proxy", "X-Forwarded-For: 127.0.0.1");

        // For a foreign host.
        foreach (string host in (string[])["evil.example", "localhost.evil.example:80", "10.0.0.5"])
        {
            await AssertAllRefusedAsync(service, new AdminClient(service.Address) { Host = host }, "host");
        }
    }

    [Fact] // S1
    public async Task Request_from_another_address_is_refused_without_a_policy()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(ServiceSetup.ListeningOn("http://0.0.0.0:0"));
        ServiceAddress remote = service.Address.At(OwnAddress());
        await AssertAllRefusedAsync(service, new AdminClient(remote), "remote-address");
        await AssertAllRefusedAsync(service, new AdminClient(remote) { Host = "localhost" }, "remote-address");
        Assert.Equal(200, (await new AdminClient(service.Address).GetAsync("/status")).Status);
    }

    [Fact] // S1
    public async Task Request_from_another_address_is_refused_whatever_the_application_believes_of_it()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(ServiceSetup.ListeningOn("http://0.0.0.0:0").With("--Admin:Forwarded=true"));
        string[] lie = ["X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: localhost"];
        await AssertAllRefusedAsync(service, new AdminClient(service.Address.At(OwnAddress())), "remote-address", lie);
        await AssertAllRefusedAsync(service, new AdminClient(service.Address), "proxy", lie);
        await AssertAllRefusedAsync(service, new AdminClient(service.Address), "remote-address", "X-Forwarded-For: 203.0.113.7");
    }

    [Fact] // S1
    public async Task Request_over_a_unix_socket_is_refused_unless_the_option_allows_it()
    {
        string url = $"http://unix:{_directory.PathOf("service.sock")}";
        await using (ServiceProcess service = await ServiceProcess.StartAsync(ServiceSetup.ListeningOn(url)))
        {
            await AssertAllRefusedAsync(service, new AdminClient(service.Address), "remote-address");
        }

        await using ServiceProcess allowing = await ServiceProcess.StartAsync(ServiceSetup.ListeningOn(url).With("--GracefulRestart:Admin:AllowUnixSockets=true"));
        Assert.Equal(200, (await new AdminClient(allowing.Address).PostAsync("/restart")).Status);
    }

    [Fact] // S1
    public async Task Proxy_of_another_user_is_refused_though_it_adds_no_header()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can start a proxy as another user: that one without headers is refused is NOT tested.");
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await using SilentProxy nginx = await SilentProxy.NginxAsync(service.Address);
        await using SilentProxy haproxy = await SilentProxy.HaproxyAsync(service.Address, "http");
        await using SilentProxy forwarder = await SilentProxy.HaproxyAsync(service.Address, "tcp");
        foreach (SilentProxy proxy in (SilentProxy[])[nginx, haproxy, forwarder])
        {
            Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(proxy.Address)).Pid);
            await AssertAllRefusedAsync(service, new AdminClient(proxy.Address), "user");
            Assert.Equal("user", (await new AdminClient(proxy.Address, "/DEBUG/Admin").PostAsync("/shutdown")).Rule);
        }

        // The operator's own curl, and GoFrame's habit, stay as they are.
        Assert.Equal(200, (await new AdminClient(service.Address, "/DEBUG/Admin").GetAsync("/restart", "User-Agent: curl/8.14", "Accept: */*")).Status);
    }

    [Fact] // S1
    public async Task Proxy_of_another_user_is_let_in_where_the_option_says_so_but_not_where_the_proxy_denies_the_path()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can start a proxy as another user: the option is NOT tested.");
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:Admin:AllowOtherUsers=true"));
        await using SilentProxy open = await SilentProxy.HaproxyAsync(service.Address, "http");
        Assert.Equal(200, (await new AdminClient(open.Address).GetAsync("/status")).Status);

        string page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/proxies.md"), TestContext.Current.CancellationToken);
        await using SilentProxy nginx = await SilentProxy.NginxAsync(service.Address, Documented(page, "location ~* ^/debug/admin { return 404; }"));
        await using SilentProxy haproxy = await SilentProxy.HaproxyAsync(service.Address, "http", Documented(page, "http-request return status 404 if { path -i -m beg /debug/admin }"));
        foreach (SilentProxy proxy in (SilentProxy[])[nginx, haproxy])
        {
            foreach (string path in (string[])["/debug/admin", "/DEBUG/Admin", "/%64ebug/%61dmin", "/debug/x/../admin", "/x/../debug/./admin", "/debug/x/%2e%2e/ADMIN", "/debug/%zz/../admin", "/debug/%0a/../admin"])
            {
                HttpAnswer answer = (await new AdminClient(proxy.Address, path).GetAsync("/status")).Http;
                Assert.Equal((true, false), (answer.Status is >= 400 and < 500, answer.Text.Contains("TestService", StringComparison.Ordinal)));
            }

            Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(proxy.Address)).Pid);
        }
    }

    [Fact] // S1
    public async Task Remote_option_lets_others_in_but_not_other_sites()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(ServiceSetup.ListeningOn("http://0.0.0.0:0").With("--GracefulRestart:Admin:AllowRemote=true"));
        AdminClient remote = new(service.Address.At(OwnAddress()));
        await AssertAllRefusedAsync(service, remote, "origin", "Origin: http://evil.example");
        Assert.Equal(200, (await remote.PostAsync("/restart")).Status);
    }

    [Fact] // S1
    public async Task Policy_decides_about_everybody_and_the_log_names_who_asked()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(ServiceSetup.ListeningOn("http://0.0.0.0:0").With("--Admin:Policy=true"));
        AdminClient local = new(service.Address);
        AdminClient remote = new(service.Address.At(OwnAddress())) { Host = "ops.example" };
        foreach (string path in (string[])[.. s_reads, .. s_acts])
        {
            using HttpConnection connection = await local.BeginAsync("GET", path);
            Assert.Equal(401, (await connection.ReceiveHeadAsync()).Status);
        }

        // Somebody's session in a browser is no reason to obey another site.
        await AssertAllRefusedAsync(service, remote, "cross-site", User, "Sec-Fetch-Site: cross-site");
        Assert.Equal(200, (await remote.PostAsync("/restart", form: null, User, "X-Forwarded-For: 203.0.113.7")).Status);
        await service.Log.FirstAsync($@"Restart asked by the admin API, alice \({OwnAddress()}:\d+, POST /debug/admin/restart\)");
    }

    [Fact] // S1
    public async Task Application_that_lets_all_origins_in_does_not_let_them_in_here()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--Admin:Cors=true"));
        AdminClient client = new(service.Address);
        using (HttpConnection preflight = await client.BeginAsync("OPTIONS", "/restart", form: null, "Origin: http://evil.example", "Access-Control-Request-Method: POST"))
        {
            Assert.Equal(204, (await preflight.ReceiveHeadAsync()).Status); // The application's own answer.
        }

        await AssertAllRefusedAsync(service, client, "origin", "Origin: http://evil.example");
    }

    [Fact] // S1: a browser, by itself
    public async Task Get_of_an_operation_is_for_curl_and_for_no_browser()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        AdminClient client = new(service.Address);
        foreach (string[] headers in (string[][])
            [
                ["Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "Sec-Fetch-User: ?1"],
                ["User-Agent: Mozilla/5.0"],
                ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: image"],
                ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"],
            ])
        {
            Assert.Equal(403, (await client.GetAsync("/restart", headers)).Status);
        }

        Assert.Equal(200, (await client.GetAsync("/restart", "User-Agent: curl/8.14")).Status);
        await service.RestartedAsync();
        Assert.Single(service.Log.All("Started successor"));
    }

    [Fact] // S1
    public async Task Words_of_a_stranger_are_harmless_in_the_log()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        string origin = $"http://evil\u202e.example/{new string('x', 5000)}";
        AdminAnswer answer = await new AdminClient(service.Address).GetAsync("/%1B%5B31mstatus/../restart%0Ainfo:%20fine", $"Origin: {origin}");
        Assert.Equal(404, answer.Status);
        await new AdminClient(service.Address).GetAsync("/restart", $"Origin: {origin}");
        string line = (await service.Log.FirstAsync(@"Refused restart asked by .*: origin\. Host .*, origin http://evil.*")).Value;
        Assert.InRange(line.Length, 100, 600);
        Assert.DoesNotContain('\u202e', line);
    }

    [Fact] // S2
    public async Task Programs_that_may_not_be_started_are_refused_and_the_service_goes_on()
    {
        File.CreateSymbolicLink(_releases.PathOf("out"), "/bin/true");
        await File.WriteAllTextAsync(_releases.PathOf("1/appsettings.json"), "{}", TestContext.Current.CancellationToken);
        TemporaryDirectory.CopyProgram("/bin/true", _releases.PathOf("open"));
        File.SetUnixFileMode(_releases.PathOf("open"), (UnixFileMode)0b111_111_111);
        string releases = _releases.PathOf("").TrimEnd('/');
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            new ServiceSetup { Command = [_releases.Program] }.With($"--GracefulRestart:AllowedProgramDirectories:0={_releases.PathOf("")}"));
        AdminClient client = new(service.Address);

        foreach (string program in (string[])
            [
                "/bin/true", "TestService", $"{releases}/../current/TestService", releases, $"{releases}/1", $"{releases}/1/TestService\0", $"{releases}/1/TestService\n",
                $"{releases}/out", $"{releases}/1/TestService.dll", $"{releases}/1/appsettings.json", $"{releases}/open", $"{releases}/missing",
            ])
        {
            await AssertProgramRefusedAsync(client, program);
        }

        Assert.Empty(service.Log.All("Started successor"));
        Assert.Equal([service.Pid], service.Living);
        Assert.Equal(200, (await client.PostAsync("/restart", $"program={Uri.EscapeDataString(_releases.PathOf("1/TestService"))}")).Status);
    }

    private static async Task AssertProgramRefusedAsync(AdminClient client, string program)
    {
        string value = Uri.EscapeDataString(program);
        foreach (AdminAnswer answer in (AdminAnswer[])[await client.GetAsync($"/restart?newExeFilePath={value}"), await client.PostAsync($"/reload?wait=false&program={value}")])
        {
            Assert.Equal((422, "application/problem+json", "ProgramRefused"), (answer.Status, answer.Type, answer.Failure));
            Assert.Contains("was refused: ", answer.Detail, StringComparison.Ordinal);
        }

        // A form can't even have a NUL.
        AdminAnswer byForm = await client.PostAsync("/restart", $"wait=true&program={value}");
        Assert.Equal(program.Contains('\0') ? (400, "BadRequest") : (422, "ProgramRefused"), (byForm.Status, byForm.Failure));
    }

    private static string Documented(string page, string line)
    {
        Assert.Contains(line, page, StringComparison.Ordinal);
        return line;
    }

    private static async Task AssertAllRefusedAsync(ServiceProcess service, AdminClient client, string rule, params string[] headers)
    {
        int after = service.Log.Length;
        foreach ((string method, string path) in (IEnumerable<(string, string)>)
            [.. s_reads.Select(p => ("GET", p)), .. s_acts.Select(p => ("GET", p)), .. s_acts.Select(p => ("POST", p))])
        {
            AdminAnswer answer = await client.AskAsync(method, path, form: null, headers);
            Assert.Equal((403, "application/problem+json", rule), (answer.Status, answer.Type, answer.Rule));
            Assert.DoesNotContain("TestService", answer.Http.Text, StringComparison.Ordinal);
        }

        await service.Log.FirstAsync($@"Refused force asked by the admin API.*: {rule}( \(uid \d+\))?\. Host ", after);
        Assert.Empty(service.Log.All("Started successor|ShuttingDown"));
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    /// <summary>One by which this machine can reach itself without being local.</summary>
    private static IPAddress OwnAddress()
    {
        IPAddress? own = NetworkInterface.GetAllNetworkInterfaces().Where(n => n.OperationalStatus == OperationalStatus.Up)
            .SelectMany(n => n.GetIPProperties().UnicastAddresses).Select(a => a.Address)
            .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
        Assert.SkipUnless(own is not null, "This machine has no address but loopback: that others are refused is NOT tested.");
        return own!;
    }
}

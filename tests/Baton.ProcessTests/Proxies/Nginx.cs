using System.Net.Sockets;
using Baton.ProcessTests.Http;

namespace Baton.ProcessTests.Proxies;

/// <summary>nginx with samples/proxies/nginx.conf.</summary>
internal sealed class Nginx : Proxy
{
    private string AccessLog => PathOf("access.log");

    private string ErrorLog => PathOf("error.log");

    /// <param name="service">A TCP address or a unix socket.</param>
    /// <param name="retries">Whether nginx may ask again after a failure, as it does by default.</param>
    internal static Task<Nginx> StartAsync(ServiceAddress service, bool retries) =>
        StartAsync(service.EndPoint is UnixDomainSocketEndPoint ? $"unix:{service.Text}" : service.EndPoint.ToString()!, retries);

    /// <summary>In front of two instances.</summary>
    internal static Task<Nginx> StartAsync(ServiceAddress one, ServiceAddress two) => StartAsync($"{one.EndPoint} max_fails=0;\n    server {two.EndPoint} max_fails=0", retries: true);

    private static async Task<Nginx> StartAsync(string server, bool retries)
    {
        var nginx = new Nginx();
        File.WriteAllText(nginx.PathOf("hello.conf"), Sample("nginx.conf", server, nginx.Listen, "8080"));
        File.WriteAllText(nginx.PathOf("nginx.conf"), $$"""
            user root;
            daemon off;
            worker_processes 2;
            pid {{nginx.PathOf("nginx.pid")}};
            error_log {{nginx.ErrorLog}} info;
            events { worker_connections 1024; }
            http {
                log_format upstream "$status $upstream_status $request_method";
                access_log {{nginx.AccessLog}} upstream;
                client_body_temp_path {{nginx.PathOf("body")}};
                proxy_temp_path {{nginx.PathOf("proxy")}};
                fastcgi_temp_path {{nginx.PathOf("fastcgi")}};
                uwsgi_temp_path {{nginx.PathOf("uwsgi")}};
                scgi_temp_path {{nginx.PathOf("scgi")}};
                {{(retries ? "" : "proxy_next_upstream off;")}}
                include {{nginx.PathOf("hello.conf")}};
            }
            """);
        await nginx.StartAsync("/usr/sbin/nginx", "-c", nginx.PathOf("nginx.conf"), "-e", nginx.ErrorLog);
        return nginx;
    }

    /// <summary>Each request was answered by 200 at the first attempt, and the error log has nothing to say of the service.</summary>
    internal override Task AssertNoUpstreamErrorAsync()
    {
        string[] requests = File.ReadAllLines(AccessLog);
        Assert.NotEmpty(requests);
        Assert.Empty(requests.Where(line => !line.StartsWith("200 200 ", StringComparison.Ordinal)).Distinct());
        Assert.DoesNotContain(File.ReadLines(ErrorLog), line => line.Contains("upstream", StringComparison.Ordinal) && !line.Contains("[info]", StringComparison.Ordinal));
        return Task.CompletedTask;
    }
}

using System.Net.Sockets;
using Baton.ProcessTests.Http;

namespace Baton.ProcessTests.Proxies;

/// <summary>A proxy that runs as a user of its own and tells the service nothing of whom it asks for.</summary>
internal sealed class SilentProxy : Proxy
{
    internal static async Task<SilentProxy> NginxAsync(ServiceAddress service, string rules = "")
    {
        var nginx = new SilentProxy();
        File.WriteAllText(nginx.PathOf("nginx.conf"), $$"""
            user nobody nogroup;
            daemon off;
            pid {{nginx.PathOf("nginx.pid")}};
            error_log {{nginx.PathOf("error.log")}};
            events { worker_connections 64; }
            http {
                access_log off;
                client_body_temp_path {{nginx.PathOf("body")}};
                proxy_temp_path {{nginx.PathOf("proxy")}};
                fastcgi_temp_path {{nginx.PathOf("fastcgi")}};
                uwsgi_temp_path {{nginx.PathOf("uwsgi")}};
                scgi_temp_path {{nginx.PathOf("scgi")}};
                server {
                    listen {{nginx.Listen}};
                    {{rules}}
                    location / {
                        proxy_pass http://{{Server(service, "unix:")}};
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header Host localhost;
                    }
                }
            }
            """);
        await nginx.StartAsync("/usr/sbin/nginx", "-c", nginx.PathOf("nginx.conf"), "-e", nginx.PathOf("error.log"));
        return nginx;
    }

    /// <param name="service">Where it is.</param>
    /// <param name="mode"><c>http</c>, or <c>tcp</c> for one that does not look into what it forwards.</param>
    /// <param name="rules">More for the frontend.</param>
    internal static async Task<SilentProxy> HaproxyAsync(ServiceAddress service, string mode, string rules = "")
    {
        var haproxy = new SilentProxy();
        File.WriteAllText(haproxy.PathOf("haproxy.cfg"), $"""
            global
                user nobody
            defaults
                mode {mode}
                timeout connect 10s
                timeout client 30s
                timeout server 30s
            frontend web
                bind {haproxy.Listen}
                {rules}
                default_backend service
            backend service
                server service {Server(service, "unix@")}

            """);
        await haproxy.StartAsync("/usr/sbin/haproxy", "-q", "-db", "-f", haproxy.PathOf("haproxy.cfg"));
        return haproxy;
    }

    internal override Task AssertNoUpstreamErrorAsync() => Task.CompletedTask;

    private static string Server(ServiceAddress service, string unix) => service.EndPoint is UnixDomainSocketEndPoint ? unix + service.Text : service.EndPoint.ToString()!;
}

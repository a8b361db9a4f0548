using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RestartLoad.Tests.Servers;

/// <summary>A service on a unix socket, which ends on SIGTERM, unless it is stubborn, and knows no restart.</summary>
internal static class UnixSocketService
{
    public static async Task RunAsync(string socketPath, bool isStubborn)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.ListenUnixSocket(socketPath));
        await using WebApplication app = builder.Build();
        app.MapGet("/", (HttpResponse response) =>
        {
            response.Headers["X-Pid"] = $"{Environment.ProcessId}";
            return "Hello";
        });
        if (isStubborn)
        {
            app.Lifetime.ApplicationStopping.Register(static () => Thread.Sleep(Timeout.Infinite));
        }

        Console.WriteLine("serving");
        await app.RunAsync();
    }
}
